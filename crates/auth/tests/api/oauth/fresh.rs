//! A provider's sign-in as a proof of identity: only when the provider says that it asked.

use ashlar_testkit::{
    TestClient, TestResponse, World, on_each_database,
    upstream::{Reply, Upstream},
};
use serde_json::{Value, json};

use super::{
    Idp, Visit, arrive, explicit, idp::ada, location_of, parameter, query, refused, serve_with,
    signed_in,
};
use crate::{MINUTE, Member, authenticator_app::AuthenticatorApp};

/// Something that asks for a recent proof of identity.
async fn sensitive(client: &TestClient) -> TestResponse {
    client.post("/api/v1/auth/mfa/totp").send().await
}

/// What the provider says of Ada, and when it last asked her.
fn ada_asked(at: Value) -> Value {
    let mut claims = ada();
    claims["auth_time"] = at;
    claims
}

on_each_database! {
    /// A provider that knows the browser signs in without a question: that proves nothing now.
    async fn a_silent_sign_in_is_no_recent_proof(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let long_ago = (world.now() - 15 * MINUTE).timestamp();
        for silent in [json!(null), json!(long_ago), json!(0)] {
            idp.claims(ada_asked(silent.clone()));
            let (_, client) = signed_in(&served, &idp, "dev").await;
            sensitive(&client).await.assert_error(403, "STEP_UP_REQUIRED");
        }
        let lately = (world.now() - 14 * MINUTE).timestamp();
        idp.claims(ada_asked(json!(lately)));
        let (_, client) = signed_in(&served, &idp, "dev").await;
        sensitive(&client).await.assert_status(201);
        world.turn_clock(MINUTE);
        sensitive(&client).await.assert_error(403, "STEP_UP_REQUIRED");
    }

    /// Neither a clock that is far ahead of ours nor what is no time at all is believed.
    async fn a_proof_of_tomorrow_is_refused(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        for strange in [json!((world.now() + 2 * MINUTE).timestamp()), json!("now")] {
            idp.claims(ada_asked(strange));
            assert_eq!(refused(&served, &idp, "dev").await, "provider_error");
        }
    }

    /// Asked to ask (OpenID Connect Core 1.0, 3.1.2.1), and held to it.
    async fn a_provider_is_made_to_ask(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let visit = Visit::begin(&served.app, "dev").await;
        for name in ["prompt", "max_age"] {
            assert_eq!(parameter(&visit.location, name), None);
        }
        for ignored in [json!(null), json!((world.now() - MINUTE).timestamp())] {
            idp.claims(ada_asked(ignored));
            let visit = Visit::begin_fresh(&served.app, "dev").await;
            idp.nonce(&visit);
            let end = visit.end(&served.app).await;
            assert_eq!(parameter(&end, "error").as_deref(), Some("not_proved"), "{end}");
        }
        assert!(query(&world, "SELECT email AS x FROM users").await.is_empty());

        let visit = Visit::begin_fresh(&served.app, "dev").await;
        assert_eq!(parameter(&visit.location, "prompt").as_deref(), Some("login"));
        assert_eq!(parameter(&visit.location, "max_age").as_deref(), Some("600"));
        world.turn_clock(5 * MINUTE);
        idp.claims(ada_asked(json!((world.now() - MINUTE).timestamp())));
        idp.nonce(&visit);
        let end = visit.end(&served.app).await;
        let tokens = visit.exchange(&served.app, &parameter(&end, "code").unwrap()).await;
        let token = tokens.json()["access_token"].as_str().unwrap().to_owned();
        let client = served.app.bearer(token);
        sensitive(&client).await.assert_status(201);
        // From when it asked, not from when the code was exchanged.
        world.turn_clock(14 * MINUTE);
        sensitive(&client).await.assert_error(403, "STEP_UP_REQUIRED");
    }

    /// A code of our own was asked for in any case.
    async fn an_app_proves_what_a_provider_does_not(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let (id, client) = signed_in(&served, &idp, "dev").await;
        let (app, _) = AuthenticatorApp::enable(&world, &Member { id, client, token: String::new() }).await;
        idp.claims(ada_asked(json!(null)));
        let (visit, code) = arrive(&served, &idp, "dev").await;
        let body = json!({ "code": code, "otp": app.code(world.now()) });
        let granted = visit.exchange_with(&served.app, body).await;
        let ada = served.granted(id, &granted);
        let renewed = ada.client.post("/api/v1/auth/mfa/recovery-codes").send().await;
        renewed.assert_status(200);
    }

    /// OAuth 2.0 has no word for it, so such a provider is not even asked.
    async fn a_provider_without_an_issuer_proves_nothing(world: World) {
        let hub = Upstream::start(|request| match request.target.as_str() {
            "/token" => Reply::json(explicit::TOKENS),
            _ => Reply::json(r#"{"id":1,"email":"octo@example.org","auth_time":4102444800}"#),
        }).await;
        let served = explicit::serve(&world, &hub).await;
        let offered = served.app.anonymous().get("/api/v1/auth/oauth/providers").send().await;
        assert_eq!(offered.json()["data"][0]["proves_identity"], false);
        let visit = Visit::begin(&served.app, "hub").await;
        let end = visit.end(&served.app).await;
        let tokens = visit.exchange(&served.app, &parameter(&end, "code").unwrap()).await;
        let client = served.app.bearer(tokens.json()["access_token"].as_str().unwrap());
        sensitive(&client).await.assert_error(403, "STEP_UP_REQUIRED");
        let fresh = served.app.anonymous().get("/api/v1/auth/oauth/hub/authorize").query("fresh", "true");
        let back = location_of(&fresh.query("redirect_to", "/account").send().await);
        assert_eq!(back.as_str(), "http://localhost:8000/account?error=not_proved");
    }
}
