//! Who gets in: every operation that asks for a signed-in caller refuses everybody else.

use std::time::Duration;

use ashlar_testkit::{TestApp, TestClient, World};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{operations, register, serve, serve_with, sign_in};

fn secured(app: &TestApp) -> Vec<operations::Operation> {
    let secured: Vec<_> = operations::all(app)
        .into_iter()
        .filter(|one| one.is_secured())
        .collect();
    assert!(secured.len() > 15, "the contract has lost its locks");
    secured
}

async fn assert_refused(app: &TestApp, client: &TestClient, who: &str) {
    for operation in secured(app) {
        let refused = operation.request(client).send().await;
        assert_eq!(refused.status(), 401, "{who}: {refused}");
        assert_eq!(refused.error_code(), "UNAUTHORIZED", "{who}: {refused}");
        assert_eq!(
            refused.header("www-authenticate"),
            Some("Bearer"),
            "{who}: {refused}"
        );
    }
}

/// The token with its header and payload changed, and this signature.
fn forged(
    token: &str,
    change: impl FnOnce(&mut Value, &mut Value),
    sign: impl FnOnce(&str) -> String,
) -> String {
    let mut parts = token.split('.').take(2).map(|part| {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).expect("base64url");
        serde_json::from_slice(&bytes).expect("JSON")
    });
    let (mut header, mut payload) = (
        parts.next().expect("header"),
        parts.next().expect("payload"),
    );
    change(&mut header, &mut payload);
    let encode = |part: &Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}.{}", encode(&header), encode(&payload), sign(token))
}

fn signature(token: &str) -> String {
    token.rsplit('.').next().expect("a signature").to_owned()
}

on_sqlite! {
    async fn nobody_gets_in_without_a_token(world: World) {
        let app = serve(&world).await;
        assert_refused(&app, &app.anonymous(), "nobody").await;
    }

    async fn what_is_no_token_opens_nothing(world: World) {
        let app = serve(&world).await;
        for garbage in ["x", "a.b.c", "..", "e30.e30.", "null"] {
            assert_refused(&app, &app.bearer(garbage), garbage).await;
        }
    }

    async fn a_token_without_a_signature_opens_nothing(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        let token = alice.token().expect("signed in");
        for algorithm in ["none", "None", "NONE"] {
            let unsigned = forged(token, |header, _| header["alg"] = algorithm.into(), |_| String::new());
            assert_refused(&app, &app.bearer(unsigned), algorithm).await;
        }
    }

    async fn a_changed_token_opens_nothing(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        let token = alice.token().expect("signed in");
        let other = json!(operations::NOBODY);
        for (who, changed) in [
            ("another user", forged(token, |_, payload| payload["sub"] = other, signature)),
            ("a longer life", forged(token, |_, payload| payload["exp"] = json!(9_999_999_999_u64), signature)),
            ("another algorithm", forged(token, |header, _| header["alg"] = "HS512".into(), signature)),
            ("no signature", forged(token, |_, _| {}, |_| String::new())),
            ("another signature", forged(token, |_, _| {}, |_| "AAAA".repeat(10) + "AAA")),
        ] {
            assert_refused(&app, &app.bearer(changed), who).await;
        }
        alice.get("/api/v1/auth/me").send().await.assert_status(200);
    }

    async fn a_token_signed_with_another_key_opens_nothing(world: World) {
        let (app, other) = (
            serve(&world).await,
            serve_with(&world, &[("SECRET_KEY", "another key that protects nothing either")]).await,
        );
        register(&app, "alice").await;
        let elsewhere = sign_in(&other, "alice").await;
        elsewhere.get("/api/v1/auth/me").send().await.assert_status(200);
        assert_refused(&app, &app.bearer(elsewhere.token().expect("signed in")), "another key").await;
    }

    async fn a_token_for_somebody_else_opens_nothing(world: World) {
        let app = serve(&world).await;
        register(&app, "alice").await;
        for variable in ["AUTH_ISSUER", "AUTH_AUDIENCE"] {
            let other = serve_with(&world, &[(variable, "elsewhere")]).await;
            let elsewhere = sign_in(&other, "alice").await;
            let token = elsewhere.token().expect("signed in");
            assert_refused(&app, &app.bearer(token), variable).await;
        }
    }

    async fn an_expired_token_opens_nothing(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        world.turn_clock(Duration::from_secs(30 * 60 - 1));
        alice.get("/api/v1/auth/me").send().await.assert_status(200);
        world.turn_clock(Duration::from_secs(1));
        assert_refused(&app, &alice, "expired").await;
        sign_in(&app, "alice").await.get("/api/v1/auth/me").send().await.assert_status(200);
    }

    async fn a_deleted_users_token_opens_nothing(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        let id = alice.get("/api/v1/auth/me").send().await.json()["id"].clone();
        let path = format!("/api/v1/users/{}", id.as_str().expect("an id"));
        alice.delete(path).send().await.assert_status(204);
        assert_refused(&app, &alice, "deleted").await;
    }

    /// Other schemes, and tokens elsewhere than in `Authorization`, are as good as none.
    async fn a_token_counts_only_in_its_place(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        let token = alice.token().expect("signed in");
        let me = || app.anonymous().get("/api/v1/auth/me");
        for header in [format!("Basic {token}"), format!("Token {token}"), token.to_owned(), "Bearer".into()] {
            me().header("authorization", header).send().await.assert_error(401, "UNAUTHORIZED");
        }
        let cookie = me().header("cookie", format!("access_token={token}; Authorization=Bearer {token}"));
        cookie.send().await.assert_error(401, "UNAUTHORIZED");
        // The scheme's name has no case (RFC 9110, 11.1).
        me().header("authorization", format!("bearer {token}")).send().await.assert_status(200);
        me().header("authorization", format!("BEARER  {token}")).send().await.assert_status(200);
    }

    /// A stale token must not keep its owner from what anybody may do: signing in again.
    async fn a_bad_token_spoils_nothing_that_is_open(world: World) {
        let app = serve(&world).await;
        register(&app, "alice").await;
        let body = json!({"email": "alice@example.org", "password": crate::PASSWORD});
        let stale = app.bearer("stale");
        stale.post("/api/v1/auth/login").json(&body).send().await.assert_status(200);
        stale.get("/api/health").send().await.assert_status(200);
        stale.request(Method::OPTIONS, "/api/v1/projects").send().await.assert_status(204);
    }
}
