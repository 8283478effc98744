//! Access tokens, verified as another service does: by the published keys, and nothing else.

use ashlar_testkit::{AshlarProcess, World, on_each_database};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde_json::Value;

use crate::{
    command::ashlar,
    people::{email, register, sign_in},
};

on_each_database! {
    /// Through a change of keys too: a token is known by its `kid` as long as its key is published.
    async fn another_service_verifies_tokens_by_the_published_keys(world: World) {
        let (old, new) = (key_file(&world, "old.pem").await, key_file(&world, "new.pem").await);
        let serve = async |keys: &str| {
            let variables = [("DATABASE_URL", world.database_url()),
                ("AUTH_JWT_ALGORITHM", "EdDSA"), ("AUTH_JWT_KEYS", keys)];
            AshlarProcess::start(&variables).await
        };
        let process = serve(&old).await;
        let ada = register(&process, "ada").await;
        let me = ada.get("/api/v1/auth/me").send().await.json();
        let first = ada.token().unwrap();
        let before = published(&process).await;
        assert_eq!(verify(&before, first).expect("it is ours")["sub"], me["id"]);
        for forged in [with_another_payload(first), with_another_signature(first)] {
            assert!(verify(&before, &forged).is_none());
            process.bearer(&forged).get("/api/v1/auth/me").send().await.assert_error(401, "UNAUTHORIZED");
        }

        let process = serve(&format!("{new},{old}")).await;
        let both = published(&process).await;
        let second = sign_in(&process, &email("ada")).await;
        for token in [first, &second] {
            assert_eq!(verify(&both, token).expect("it is ours")["sub"], me["id"]);
        }
        assert!(verify(&before, &second).is_none(), "who has not asked again knows no new key");

        let after = published(&serve(&new).await).await;
        assert!(verify(&after, first).is_none());
        assert!(verify(&after, &second).is_some());
    }

    /// Nobody outside can verify what a shared secret signs, so nothing of it is published.
    async fn no_secret_is_published(world: World) {
        let process = AshlarProcess::start(&[("DATABASE_URL", world.database_url())]).await;
        assert!(published(&process).await.keys.is_empty());
    }
}

/// A new key in a file of this name.
async fn key_file(world: &World, name: &str) -> String {
    let path = world.folder().join(name).to_str().unwrap().to_owned();
    let ended = ashlar(&[], &["keys", "generate", "--out", &path]).await;
    ended.succeeded();
    path
}

async fn published(process: &AshlarProcess) -> JwkSet {
    let get = process.anonymous().get("/.well-known/jwks.json");
    let answer = get.send().await;
    for key in answer.json()["keys"].as_array().unwrap() {
        assert_eq!(key["d"], Value::Null, "the private half is told");
    }
    answer.assert_status(200).parse()
}

/// What the token says, if one of these keys signed it (RFC 7515, 4.1.4; RFC 8037).
fn verify(keys: &JwkSet, token: &str) -> Option<Value> {
    let id = decode_header(token).ok()?.kid?;
    let key = DecodingKey::from_jwk(keys.find(&id)?).unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&["ashlar"]);
    validation.set_issuer(&["ashlar"]);
    let decoded = decode::<Value>(token, &key, &validation);
    decoded.ok().map(|token| token.claims)
}

/// One more digit in what is signed.
fn with_another_payload(token: &str) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else {
        panic!("not three parts: {}", parts.len());
    };
    format!("{header}.{payload}AAAA.{signature}")
}

/// The first character of the signature is another.
fn with_another_signature(token: &str) -> String {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{message}.{other}{}", &signature[1..])
}
