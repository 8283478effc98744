//! Access tokens signed by key pairs: EdDSA, the rotation of keys, and the public keys.

use ashlar_auth::keys::NewKey;
use ashlar_testkit::{TestResponse, World, on_each_database};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode,
    jwk::JwkSet,
};
use serde_json::{Value, json};

use crate::{Member, Served, assert_unauthorized, auth, secret_key, serve};

const INVALID: &str = "Invalid authentication credentials";

/// Auth that signs with the first of `keys`, PEM each.
async fn serve_keys(world: &World, keys: &[&str]) -> Served {
    let pem = keys.concat();
    let pairs = [("AUTH_JWT_ALGORITHM", "EdDSA"), ("AUTH_JWT_KEYS", &*pem)];
    Served::of(world, auth(world, &pairs)).await
}

fn new_key() -> NewKey {
    NewKey::generate().unwrap()
}

async fn me(served: &Served, token: &str) -> TestResponse {
    served.app.bearer(token).get("/api/v1/auth/me").send().await
}

async fn again(served: &Served, member: &Member) -> Member {
    served
        .member("ada@example.org", &member.id.to_string())
        .await
}

/// What the key set says.
async fn key_set(served: &Served) -> Value {
    let path = "/.well-known/jwks.json";
    let response = served.app.anonymous().get(path).send().await;
    response.assert_status(200);
    assert_eq!(
        response.header("cache-control"),
        Some("public, max-age=300")
    );
    response.json()
}

/// The DER of a PEM.
fn der(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with('-'));
    STANDARD.decode(lines.collect::<String>()).unwrap()
}

/// The public half of what the key set says, as OpenSSL writes it.
fn public_pem(set: &Value) -> String {
    let x = URL_SAFE_NO_PAD
        .decode(set["keys"][0]["x"].as_str().unwrap())
        .unwrap();
    let prefix = [
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    ];
    let base64 = STANDARD.encode([&prefix[..], &x].concat());
    format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n")
}

fn claims_of(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// `token` under another header, with the right key's signature over both.
fn under(header: &Value, token: &str, key: &NewKey) -> String {
    let header = URL_SAFE_NO_PAD.encode(header.to_string());
    let message = format!("{header}.{}", token.split('.').nth(1).unwrap());
    let key = EncodingKey::from_ed_der(&der(key.pem.expose()));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::EdDSA);
    format!("{message}.{}", signature.unwrap())
}

on_each_database! {
    /// RFC 8037 for the signature, RFC 7638 for the name of the key.
    async fn a_token_names_the_key_that_signed_it(world: World) {
        let key = new_key();
        let served = serve_keys(&world, &[key.pem.expose()]).await;
        let ada = served.user("ada@example.org").await;
        ada.me().await.assert_status(200);
        let header = decode_header(&ada.token).unwrap();
        assert_eq!(header.alg, Algorithm::EdDSA);
        assert_eq!(header.kid, Some(key.id));
        ada.me().await.assert_statements(1);
    }

    /// With another library than the one that signed: what a service elsewhere would do.
    async fn others_verify_tokens_with_the_public_keys(world: World) {
        let (first, second) = (new_key(), new_key());
        let served = serve_keys(&world, &[first.pem.expose(), second.pem.expose()]).await;
        let ada = served.user("ada@example.org").await;
        let set = key_set(&served).await;
        let names: Vec<&String> = set["keys"][0].as_object().unwrap().keys().collect();
        assert_eq!(names, ["kty", "crv", "x", "kid", "alg", "use"], "and nothing private");
        let set: JwkSet = serde_json::from_value(set).unwrap();
        assert_eq!(set.keys.len(), 2);
        let kid = decode_header(&ada.token).unwrap().kid.unwrap();
        let key = DecodingKey::from_jwk(set.find(&kid).unwrap()).unwrap();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&["ashlar"]);
        validation.set_issuer(&["ashlar"]);
        // The world's clock is not this library's.
        validation.validate_exp = false;
        let verified = decode::<Value>(&ada.token, &key, &validation).unwrap();
        assert_eq!(verified.claims["sub"], ada.id.to_string());
        let wrong = DecodingKey::from_jwk(set.find(&second.id).unwrap()).unwrap();
        assert!(decode::<Value>(&ada.token, &wrong, &validation).is_err());
    }

    /// A secret key has no public half.
    async fn there_are_no_public_keys_with_hs256(world: World) {
        let served = serve(&world).await;
        assert_eq!(key_set(&served).await, json!({ "keys": [] }));
        // A key set is what its standard says, for whoever asks in whatever envelope.
        let path = "/.well-known/jwks.json";
        let vben = served.app.anonymous().get(path).header("accept", "application/vnd.vben+json");
        assert_eq!(vben.send().await.assert_status(200).json(), json!({ "keys": [] }));
    }

    /// The new key signs while the old is still good; then the old goes.
    async fn keys_rotate_without_signing_anybody_out(world: World) {
        let (old, new) = (new_key(), new_key());
        let (old, new) = (old.pem.expose(), new.pem.expose());
        let before = serve_keys(&world, &[old]).await;
        let ada = before.user("ada@example.org").await;
        let announced = serve_keys(&world, &[old, new]).await;
        me(&announced, &ada.token).await.assert_status(200);
        let rotated = serve_keys(&world, &[new, old]).await;
        me(&rotated, &ada.token).await.assert_status(200);
        let renewed = again(&rotated, &ada).await;
        me(&announced, &renewed.token).await.assert_status(200);
        assert_unauthorized(&me(&before, &renewed.token).await, INVALID);
        let after = serve_keys(&world, &[new]).await;
        me(&after, &renewed.token).await.assert_status(200);
        assert_unauthorized(&me(&after, &ada.token).await, INVALID);
    }

    /// What is retired need not be kept as a secret: its public half verifies.
    async fn a_retired_key_may_be_public(world: World) {
        let (old, new) = (new_key(), new_key());
        let before = serve_keys(&world, &[old.pem.expose()]).await;
        let ada = before.user("ada@example.org").await;
        let public = public_pem(&key_set(&before).await);
        let rotated = serve_keys(&world, &[new.pem.expose(), &public]).await;
        me(&rotated, &ada.token).await.assert_status(200);
    }

    async fn a_restart_keeps_the_keys(world: World) {
        let key = new_key();
        let served = serve_keys(&world, &[key.pem.expose()]).await;
        let ada = served.user("ada@example.org").await;
        let restarted = serve_keys(&world, &[key.pem.expose()]).await;
        me(&restarted, &ada.token).await.assert_status(200);
        assert_eq!(key_set(&restarted).await, key_set(&served).await);
    }

    /// The public key is no secret: whoever signs with it by HS256 must get nothing (RFC 8725, 2.1).
    async fn a_public_key_is_no_secret_to_sign_with(world: World) {
        let key = new_key();
        let served = serve_keys(&world, &[key.pem.expose()]).await;
        let ada = served.user("ada@example.org").await;
        let set = key_set(&served).await;
        let x = set["keys"][0]["x"].as_str().unwrap();
        let pem = public_pem(&set);
        let claims = claims_of(&ada.token);
        let secrets = [
            URL_SAFE_NO_PAD.decode(x).unwrap(),
            x.as_bytes().to_vec(),
            der(&pem),
            pem.trim_end().as_bytes().to_vec(),
            pem.into_bytes(),
            set.to_string().into_bytes(),
            Vec::new(),
            // Even the key of HS256 itself, which is right elsewhere.
            secret_key().derive("auth.jwt").to_vec(),
        ];
        for secret in secrets {
            for kid in [None, Some(key.id.clone())] {
                let header = Header { kid, ..Header::new(Algorithm::HS256) };
                let forged = encode(&header, &claims, &EncodingKey::from_secret(&secret)).unwrap();
                assert_unauthorized(&me(&served, &forged).await, INVALID);
                // Signed so, but called what we expect.
                let (_, rest) = forged.split_once('.').unwrap();
                let (ours, _) = ada.token.split_once('.').unwrap();
                assert_unauthorized(&me(&served, &format!("{ours}.{rest}")).await, INVALID);
            }
        }
    }

    /// The reverse: where one secret signs, a key pair opens nothing.
    async fn a_key_pair_opens_nothing_where_a_secret_signs(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let key = new_key();
        for header in [
            json!({ "typ": "JWT", "alg": "EdDSA" }),
            json!({ "typ": "JWT", "alg": "EdDSA", "kid": key.id }),
            json!({ "typ": "JWT", "alg": "HS256" }),
        ] {
            let forged = under(&header, &ada.token, &key);
            assert_unauthorized(&me(&served, &forged).await, INVALID);
        }
    }

    /// It is compared with the names of our keys, and is never a path, a query or an address.
    async fn a_key_of_another_name_is_no_key(world: World) {
        let key = new_key();
        let served = serve_keys(&world, &[key.pem.expose()]).await;
        let ada = served.user("ada@example.org").await;
        let long = "k".repeat(2000);
        for kid in [
            "", "0", "../../../../dev/null", "/dev/null", "file:///dev/null", "' OR '1'='1",
            "x' UNION SELECT 'key", "http://127.0.0.1/jwks.json", "\u{0}", "*", "ключ", &long,
            &new_key().id, &key.id[1..], &format!("{} ", key.id), &key.id.to_lowercase(),
        ] {
            let header = json!({ "typ": "JWT", "alg": "EdDSA", "kid": kid });
            assert_unauthorized(&me(&served, &under(&header, &ada.token, &key)).await, INVALID);
        }
        for header in [
            json!({ "typ": "JWT", "alg": "EdDSA" }),
            json!({ "typ": "JWT", "alg": "EdDSA", "kid": null }),
            json!({ "typ": "JWT", "alg": "EdDSA", "kid": 7 }),
            json!({ "typ": "JWT", "alg": "EdDSA", "kid": [key.id] }),
            json!({ "typ": "JWT", "alg": "none", "kid": key.id }),
            json!({ "typ": "JWT", "alg": "HS256", "kid": key.id }),
            json!({ "typ": "JWT", "alg": "ES256", "kid": key.id }),
            json!({ "typ": "JWT", "alg": "EdDSA", "kid": key.id, "crit": ["b64"], "b64": false }),
        ] {
            assert_unauthorized(&me(&served, &under(&header, &ada.token, &key)).await, INVALID);
        }
        // Our own header in another spelling is as good.
        let spelt = json!({ "kid": key.id, "alg": "EdDSA" });
        me(&served, &under(&spelt, &ada.token, &key)).await.assert_status(200);
    }

    /// A key that a token brings along signs for nobody (RFC 8725, 3.1 and 3.10).
    async fn a_key_inside_a_token_is_not_believed(world: World) {
        let (key, mine) = (new_key(), new_key());
        let served = serve_keys(&world, &[key.pem.expose()]).await;
        let attacker = serve_keys(&world, &[mine.pem.expose()]).await;
        let ada = served.user("ada@example.org").await;
        let jwk = key_set(&attacker).await["keys"][0].clone();
        let base = json!({ "typ": "JWT", "alg": "EdDSA", "kid": key.id });
        for (name, value) in [
            ("jwk", jwk),
            ("jku", json!("http://127.0.0.1:1/jwks.json")),
            ("x5u", json!("http://127.0.0.1:1/chain.pem")),
            ("x5c", json!(["MCowBQYDK2VwAyEA"])),
        ] {
            let mut header = base.clone();
            header[name] = value;
            assert_unauthorized(&me(&served, &under(&header, &ada.token, &mine)).await, INVALID);
        }
    }

    /// Cut short, changed, or with a signature in another form.
    async fn a_changed_signature_is_refused(world: World) {
        let key = new_key();
        let served = serve_keys(&world, &[key.pem.expose()]).await;
        let ada = served.user("ada@example.org").await;
        let (message, signature) = ada.token.rsplit_once('.').unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        assert_eq!(bytes.len(), 64);
        let flipped = |at: usize| {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1;
            URL_SAFE_NO_PAD.encode(bytes)
        };
        for wrong in [
            String::new(),
            signature[..signature.len() - 1].to_owned(),
            format!("{signature}A"),
            format!("{signature}=="),
            flipped(0),
            flipped(32),
            flipped(63),
            URL_SAFE_NO_PAD.encode([0; 64]),
        ] {
            assert_unauthorized(&me(&served, &format!("{message}.{wrong}")).await, INVALID);
        }
        let (header, payload) = message.split_once('.').unwrap();
        let mut claims = claims_of(&ada.token);
        claims["exp"] = json!(9_999_999_999_u64);
        let longer = URL_SAFE_NO_PAD.encode(claims.to_string());
        assert_ne!(longer, payload);
        let changed = format!("{header}.{longer}.{signature}");
        assert_unauthorized(&me(&served, &changed).await, INVALID);
        ada.me().await.assert_status(200);
    }
}
