//! Access tokens: which are accepted, and which three things the others are told.

use std::time::Duration;

use ashlar_core::principal::UserId;
use ashlar_testkit::{TestResponse, World, on_each_database};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::{MINUTE, Member, Served, assert_unauthorized, auth, secret_key, serve};

const INVALID: &str = "Invalid authentication credentials";

async fn me(served: &Served, token: &str) -> TestResponse {
    served.app.bearer(token).get("/api/v1/auth/me").send().await
}

fn key() -> EncodingKey {
    EncodingKey::from_secret(&secret_key().derive("auth.jwt"))
}

fn claims_of(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// The token with its claims changed and signed with our own key.
fn forged(ada: &Member, change: impl FnOnce(&mut Value)) -> String {
    let mut claims = claims_of(&ada.token);
    change(&mut claims);
    encode(&Header::new(Algorithm::HS256), &claims, &key()).unwrap()
}

on_each_database! {
    /// RFC 7519 says what each claim is; there is nothing else in it.
    async fn a_token_says_whose_it_is_and_until_when(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let claims = claims_of(&ada.token);
        let now = world.now().timestamp();
        assert_eq!(claims["sub"], ada.id.to_string());
        assert_eq!(claims["iss"], "ashlar");
        assert_eq!(claims["aud"], "ashlar");
        assert_eq!(claims["iat"], now);
        assert_eq!(claims["exp"], now + 1800);
        let names: Vec<&String> = claims.as_object().unwrap().keys().collect();
        assert_eq!(names, ["sub", "iss", "aud", "iat", "exp", "jti", "sid"]);
        let other = served.member("ada@example.org", &ada.id.to_string()).await;
        let others = claims_of(&other.token);
        assert_ne!(claims["jti"], others["jti"]);
        assert_ne!(claims["sid"], others["sid"], "each sign-in is a session");
    }

    /// To the second, with no leeway.
    async fn a_token_expires(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let signed_in = world.now();
        world.turn_clock(29 * MINUTE);
        ada.me().await.assert_status(200);
        let exp = claims_of(&ada.token)["exp"].as_i64().unwrap();
        let last = exp - signed_in.timestamp() - 1;
        world.set_clock(signed_in + Duration::from_secs(last.unsigned_abs()));
        ada.me().await.assert_status(200);
        world.turn_clock(Duration::from_secs(1));
        assert_unauthorized(&ada.me().await, INVALID);
    }

    /// A clock that is a little ahead elsewhere does no harm; a token from tomorrow is none.
    async fn a_token_from_the_future_is_refused(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let now = world.now().timestamp();
        let near = forged(&ada, |claims| claims["iat"] = json!(now + 30));
        me(&served, &near).await.assert_status(200);
        let far = forged(&ada, |claims| claims["iat"] = json!(now + 31));
        assert_unauthorized(&me(&served, &far).await, INVALID);
    }

    /// The algorithm is ours to choose, never the token's.
    async fn no_other_algorithm_or_key_is_accepted(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let claims = claims_of(&ada.token);
        let [header, payload, signature] =
            <[&str; 3]>::try_from(ada.token.split('.').collect::<Vec<_>>()).unwrap();
        let none = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"none"}"#);
        let none_upper = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"NONE"}"#);
        let other_key = EncodingKey::from_secret(&[1; 32]);
        let other_use = EncodingKey::from_secret(&secret_key().derive("page.cursor"));
        let mut elsewhere = claims.clone();
        elsewhere["sub"] = json!(UserId::new());
        let swapped = URL_SAFE_NO_PAD.encode(elsewhere.to_string());
        let hs256 = Header::new(Algorithm::HS256);
        for token in [
            format!("{none}.{payload}."),
            format!("{none}.{payload}.{signature}"),
            format!("{none_upper}.{payload}."),
            format!("{header}.{payload}."),
            format!("{header}.{swapped}.{signature}"),
            format!("{header}.{payload}.{}", "A".repeat(43)),
            encode(&Header::new(Algorithm::HS384), &claims, &key()).unwrap(),
            encode(&Header::new(Algorithm::HS512), &claims, &key()).unwrap(),
            encode(&hs256, &claims, &other_key).unwrap(),
            encode(&hs256, &claims, &other_use).unwrap(),
            encode(&Header { crit: Some(vec!["b64".into()]), ..hs256 }, &claims, &key()).unwrap(),
        ] {
            assert_unauthorized(&me(&served, &token).await, INVALID);
        }
        // The same header, differently spelt, is as good.
        let keyed = Header { kid: Some("1".into()), ..Header::new(Algorithm::HS256) };
        me(&served, &encode(&keyed, &claims, &key()).unwrap()).await.assert_status(200);
    }

    /// Signed by us, but not a token for us.
    async fn every_claim_is_needed_and_checked(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        me(&served, &forged(&ada, |_| ())).await.assert_status(200);
        for name in ["iss", "aud", "iat", "exp", "jti", "sid"] {
            let without = forged(&ada, |claims| {
                claims.as_object_mut().unwrap().remove(name);
            });
            assert_unauthorized(&me(&served, &without).await, INVALID);
            for wrong in [json!("other"), json!(null), json!([]), json!(-1)] {
                let token = forged(&ada, |claims| claims[name] = wrong.clone());
                // A token that was issued long ago is no worse for it.
                if name == "iat" && wrong == json!(-1) {
                    me(&served, &token).await.assert_status(200);
                } else {
                    assert_unauthorized(&me(&served, &token).await, INVALID);
                }
            }
        }
    }

    /// The signature is good, but it does not say whose token it is.
    async fn a_subject_that_is_no_user_has_a_message_of_its_own(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let without = forged(&ada, |claims| {
            claims.as_object_mut().unwrap().remove("sub");
        });
        assert_unauthorized(&me(&served, &without).await, "Invalid token payload");
        for wrong in [json!(""), json!("ada"), json!(7), json!(null)] {
            let token = forged(&ada, |claims| claims["sub"] = wrong.clone());
            assert_unauthorized(&me(&served, &token).await, "Invalid token payload");
        }
        let stranger = forged(&ada, |claims| claims["sub"] = json!(UserId::new()));
        assert_unauthorized(&me(&served, &stranger).await, "User not found");
    }

    /// Cut short anywhere, with a byte changed anywhere, or no token at all.
    async fn rubbish_is_refused(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        for length in (0..ada.token.len()).step_by(37) {
            let cut = &ada.token[..length];
            if length > 0 {
                assert_unauthorized(&me(&served, cut).await, INVALID);
            }
        }
        for rubbish in ["x", ".", "..", "...", "a.b.c", "a.b.c.d", "%%%.%%%.%%%", "e30.e30.e30"] {
            assert_unauthorized(&me(&served, rubbish).await, INVALID);
        }
        let long = "a".repeat(4000);
        assert_unauthorized(&me(&served, &long).await, INVALID);
        let nobody = served.app.anonymous().get("/api/v1/auth/me").send().await;
        assert_unauthorized(&nobody, "Not authenticated");
    }

    /// Another installation's tokens mean nothing here, even under the same key.
    async fn issuer_and_audience_are_settings(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let pairs = [("AUTH_ISSUER", "https://id.example.org"), ("AUTH_AUDIENCE", "shop"),
            ("ACCESS_TOKEN_EXPIRE_MINUTES", "5")];
        let other = Served::of(&world, auth(&world, &pairs)).await;
        assert_unauthorized(&me(&other, &ada.token).await, INVALID);
        let there = other.member("ada@example.org", &ada.id.to_string()).await;
        there.me().await.assert_status(200);
        assert_unauthorized(&me(&served, &there.token).await, INVALID);
        let claims = claims_of(&there.token);
        assert_eq!(claims["iss"], "https://id.example.org");
        assert_eq!(claims["aud"], "shop");
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
    }

    /// Once it is known what a user may do, a request with a token costs no query of its own.
    async fn authentication_asks_the_database_nothing(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        ada.me().await.assert_statements(3);
        ada.me().await.assert_statements(1);
    }

    /// Each by itself is good; together they are nobody's.
    async fn a_token_of_anothers_session_is_refused(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let bob = served.user("bob@example.org").await;
        let bobs = claims_of(&bob.token);
        let in_bobs_session = forged(&ada, |claims| claims["sid"] = bobs["sid"].clone());
        assert_unauthorized(&me(&served, &in_bobs_session).await, INVALID);
        let as_bob = forged(&ada, |claims| claims["sub"] = bobs["sub"].clone());
        assert_unauthorized(&me(&served, &as_bob).await, INVALID);
        let nowhere = forged(&ada, |claims| claims["sid"] = json!(UserId::new()));
        assert_unauthorized(&me(&served, &nowhere).await, INVALID);
        ada.me().await.assert_status(200);
        bob.me().await.assert_status(200);
    }

    /// With a longer life, another number, or a date in the future: its session is over.
    async fn no_token_of_an_ended_session_is_accepted(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let now = world.now().timestamp();
        ada.client.post("/api/v1/auth/logout").send().await.assert_status(204);
        assert_unauthorized(&ada.me().await, INVALID);
        let renewed = forged(&ada, |claims| claims["exp"] = json!(now + 86400));
        assert_unauthorized(&me(&served, &renewed).await, INVALID);
        let renamed = forged(&ada, |claims| claims["jti"] = json!(UserId::new()));
        assert_unauthorized(&me(&served, &renamed).await, INVALID);
        let later = forged(&ada, |claims| claims["iat"] = json!(now + 30));
        assert_unauthorized(&me(&served, &later).await, INVALID);
    }
}
