//! Exchanging a code: in cookies, and of whoever has an authenticator app.

use ashlar_testkit::{World, on_each_database};
use serde_json::json;

use super::{Idp, arrive, query, serve_with};
use crate::{
    MINUTE, Member, Served, assert_unauthorized, authenticator_app::AuthenticatorApp,
    cookies::Browser,
};

/// Somebody who signed up by the provider, and turned an app on.
async fn with_app(
    world: &World,
    served: &Served,
    idp: &Idp,
) -> (Member, AuthenticatorApp, Vec<String>) {
    let (visit, code) = arrive(served, idp, "dev").await;
    let tokens = visit.exchange(&served.app, &code).await;
    let token = tokens.json()["access_token"].as_str().unwrap().to_owned();
    let me = served.app.bearer(token).get("/api/v1/auth/me").send().await;
    let id = me.json()["id"].as_str().unwrap().parse().unwrap();
    let ada = served.granted(id, &tokens);
    let (app, codes) = AuthenticatorApp::enable(world, &ada).await;
    (ada, app, codes)
}

on_each_database! {
    /// Without a code of the app there is no session; the one-time code stays good for whoever brings it.
    async fn an_app_is_asked_for_after_the_provider(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let (ada, app, _) = with_app(&world, &served, &idp).await;
        let (visit, code) = arrive(&served, &idp, "dev").await;
        for otp in [json!(null), json!("")] {
            let body = json!({ "code": code, "otp": otp });
            let asked = visit.exchange_with(&served.app, body).await;
            asked.assert_error(401, "SECOND_FACTOR_REQUIRED");
            assert_eq!(asked.error_fields(), ["otp"]);
            assert_eq!(asked.header("set-cookie"), None, "the browser is known still");
        }
        let body = json!({ "code": code, "otp": app.wrong_code(world.now()) });
        let wrong = visit.exchange_with(&served.app, body).await;
        assert_unauthorized(&wrong, "Invalid credentials");
        assert_eq!(wrong.error_fields(), ["otp"]);
        let methods = "SELECT methods AS x FROM sessions ORDER BY id";
        assert_eq!(query(&world, methods).await, ["provider"]);

        let body = json!({ "code": code, "otp": app.code(world.now()) });
        let granted = visit.exchange_with(&served.app, body.clone()).await;
        let again = served.granted(ada.id, &granted);
        assert_eq!(again.me().await.json()["id"], ada.id.to_string());
        assert_eq!(query(&world, methods).await, ["provider", "provider otp"]);
        world.turn_clock(MINUTE);
        let body = json!({ "code": code, "otp": app.code(world.now()) });
        assert_unauthorized(&visit.exchange_with(&served.app, body).await, "Invalid or expired code");
    }

    /// A recovery code takes the place of the app, once.
    async fn a_recovery_code_will_do(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let (_, _, codes) = with_app(&world, &served, &idp).await;
        let (visit, code) = arrive(&served, &idp, "dev").await;
        let body = json!({ "code": code, "otp": codes[0] });
        visit.exchange_with(&served.app, body).await.assert_status(200);
        let (visit, code) = arrive(&served, &idp, "dev").await;
        let body = json!({ "code": code, "otp": codes[0] });
        assert_unauthorized(&visit.exchange_with(&served.app, body).await, "Invalid credentials");
    }

    /// A code of the app is not looked at without a one-time code, so it is neither guessed nor used up.
    async fn a_code_of_the_app_alone_is_nothing(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let (_, app, _) = with_app(&world, &served, &idp).await;
        let (visit, code) = arrive(&served, &idp, "dev").await;
        let otp = app.code(world.now());
        for guessed in ["guessed", ""] {
            let body = json!({ "code": guessed, "otp": otp });
            let refused = visit.exchange_with(&served.app, body).await;
            assert_unauthorized(&refused, "Invalid or expired code");
        }
        let failed = "SELECT action AS x FROM audit_log WHERE action = 'second_factor.failed'";
        assert!(query(&world, failed).await.is_empty());
        let body = json!({ "code": code, "otp": otp });
        visit.exchange_with(&served.app, body).await.assert_status(200);
    }

    /// Guesses are counted as at the password, and each one-time code gives no new ones.
    async fn codes_of_the_app_are_not_guessed_by_the_provider(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let (_, app, _) = with_app(&world, &served, &idp).await;
        for _ in 0..5 {
            let (visit, code) = arrive(&served, &idp, "dev").await;
            let body = json!({ "code": code, "otp": app.wrong_code(world.now()) });
            assert_unauthorized(&visit.exchange_with(&served.app, body).await, "Invalid credentials");
        }
        let (visit, code) = arrive(&served, &idp, "dev").await;
        let body = json!({ "code": code, "otp": app.code(world.now()) });
        visit.exchange_with(&served.app, body).await.assert_error(429, "TOO_MANY_REQUESTS");
    }

    /// The tokens are in cookies alone where that is asked for, with an app and without.
    async fn a_browser_signs_in_by_a_provider(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let (visit, code) = arrive(&served, &idp, "dev").await;
        let body = json!({ "code": code, "cookies": true });
        let answer = visit.exchange_with(&served.app, body).await;
        let browser = Browser::of(&answer);
        let kept = answer.headers().get_all("set-cookie").iter();
        let cleared = kept.filter(|value| {
            let value = value.to_str().unwrap();
            value.starts_with("ashlar_oauth=;") && value.contains("Max-Age=0")
        });
        assert_eq!(cleared.count(), 1, "the visit is over");
        assert_eq!(served.asks(&browser).await.json()["email"], "ada@example.org");
        let post = |path: &str| served.app.anonymous().post(format!("/api/v1/auth/{path}"));
        browser.sends(post("mfa/totp")).send().await.assert_error(403, "FORBIDDEN");
        let enrolled = browser.page_sends(post("mfa/totp")).send().await;
        enrolled.assert_status(201);
        let app = AuthenticatorApp::of(&enrolled);
        let confirm = post("mfa/totp/confirm").json(&json!({ "code": app.code(world.now()) }));
        browser.page_sends(confirm).send().await.assert_status(200);
        world.turn_clock(MINUTE);

        let (visit, code) = arrive(&served, &idp, "dev").await;
        let body = json!({ "code": code, "cookies": true });
        let asked = visit.exchange_with(&served.app, body).await;
        asked.assert_error(401, "SECOND_FACTOR_REQUIRED");
        assert_eq!(asked.header("set-cookie"), None);
        let body = json!({ "code": code, "cookies": true, "otp": app.code(world.now()) });
        let browser = Browser::of(&visit.exchange_with(&served.app, body).await);
        served.asks(&browser).await.assert_status(200);
    }
}
