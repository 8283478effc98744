//! `POST /auth/step-up`, and what admins may do for those who lost their devices.

use ashlar_contracts::users::{SecondFactorChange, SecondFactorChanged};
use ashlar_core::principal::UserId;
use ashlar_testkit::{World, on_each_database};
use serde_json::json;

use crate::{
    MINUTE, Member, PASSWORD, Served, actions, assert_unauthorized, auth,
    authenticator_app::{AuthenticatorApp, login, step_up},
    execute, query_text, serve,
};

const ADA: &str = "ada@example.org";

on_each_database! {
    /// The password renews the session, and only that one.
    async fn the_password_renews_a_session(world: World) {
        let hour = [("ACCESS_TOKEN_EXPIRE_MINUTES", "60")];
        let served = Served::of(&world, auth(&world, &hour)).await;
        let ada = served.user(ADA).await;
        let elsewhere = served.member(ADA, &ada.id.to_string()).await;
        world.turn_clock(16 * MINUTE);
        let enrol = |member: &Member| member.client.post("/api/v1/auth/mfa/totp").send();
        enrol(&ada).await.assert_error(403, "STEP_UP_REQUIRED");
        let missing = step_up(&ada, json!({})).await;
        missing.assert_error(422, "VALIDATION_ERROR");
        assert_eq!(missing.error_fields(), ["password"]);
        let wrong = step_up(&ada, json!({ "password": "wrong horse" })).await;
        assert_unauthorized(&wrong, "Invalid credentials");
        enrol(&ada).await.assert_error(403, "STEP_UP_REQUIRED");
        step_up(&ada, json!({ "password": PASSWORD })).await.assert_status(204);
        enrol(&ada).await.assert_status(201);
        enrol(&elsewhere).await.assert_error(403, "STEP_UP_REQUIRED");
        world.turn_clock(15 * MINUTE);
        enrol(&ada).await.assert_error(403, "STEP_UP_REQUIRED");
        let actions = actions(&world).await;
        for action in ["step_up.failed", "step_up.succeeded"] {
            assert_eq!(actions.iter().filter(|one| *one == action).count(), 1, "{actions:?}");
        }
    }

    /// Whoever has an app is asked for its code too.
    async fn an_app_is_asked_for_as_well(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let (app, codes) = AuthenticatorApp::enable(&world, &ada).await;
        world.turn_clock(16 * MINUTE);
        let asked = step_up(&ada, json!({ "password": PASSWORD })).await;
        asked.assert_error(401, "SECOND_FACTOR_REQUIRED");
        let code = app.code(world.now());
        let body = json!({ "password": "wrong horse", "code": code });
        assert_unauthorized(&step_up(&ada, body).await, "Invalid credentials");
        step_up(&ada, json!({ "code": code })).await.assert_error(422, "VALIDATION_ERROR");
        step_up(&ada, json!({ "password": PASSWORD, "code": code })).await.assert_status(204);
        let replayed = step_up(&ada, json!({ "password": PASSWORD, "code": code })).await;
        assert_unauthorized(&replayed, "Invalid credentials");
        step_up(&ada, json!({ "password": PASSWORD, "code": codes[0] })).await.assert_status(204);
        let methods = query_text(&world, "SELECT methods AS text FROM sessions").await;
        assert_eq!(methods, ["pwd otp recovery"]);
        for _ in 0..4 {
            let body = json!({ "password": PASSWORD, "code": app.wrong_code(world.now()) });
            assert_unauthorized(&step_up(&ada, body).await, "Invalid credentials");
        }
        let body = json!({ "password": PASSWORD, "code": app.wrong_code(world.now()) });
        assert_unauthorized(&step_up(&ada, body.clone()).await, "Invalid credentials");
        step_up(&ada, body).await.assert_error(429, "TOO_MANY_REQUESTS");
    }

    /// Whoever has no password is asked for a code alone; without that there is nothing to ask for.
    async fn without_a_password_the_code_is_enough(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let (app, _) = AuthenticatorApp::enable(&world, &ada).await;
        execute(&world, "DELETE FROM passwords").await;
        world.turn_clock(16 * MINUTE);
        let guess = json!({ "password": PASSWORD, "code": app.code(world.now()) });
        assert_unauthorized(&step_up(&ada, guess).await, "Invalid credentials");
        step_up(&ada, json!({ "code": app.code(world.now()) })).await.assert_status(204);
        ada.client.delete("/api/v1/auth/mfa/totp").send().await.assert_status(204);
        step_up(&ada, json!({})).await.assert_error(409, "CONFLICT");
    }

    /// A session that is over cannot be renewed.
    async fn a_session_that_is_over_stays_over(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        execute(&world, "UPDATE sessions SET revoked_at = created_at").await;
        let refused = step_up(&ada, json!({ "password": PASSWORD })).await;
        refused.assert_status(401);
        ada.client.post("/api/v1/auth/mfa/totp").send().await.assert_status(403);
    }

    /// An admin helps whoever lost their devices; nobody else does.
    async fn admins_reset_second_factors(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        let (ada, eve) = (served.user(ADA).await, served.user("eve@example.org").await);
        let (_, codes) = AuthenticatorApp::enable(&world, &ada).await;
        let path = format!("{}/second-factors", ada.path());
        for nobody in [&eve, &ada] {
            nobody.client.delete(&path).send().await.assert_error(403, "FORBIDDEN");
        }
        served.app.anonymous().delete(&path).send().await.assert_status(401);
        login(&served, ADA, "").await.assert_error(401, "SECOND_FACTOR_REQUIRED");
        admin.client.delete(&path).send().await.assert_status(204);
        served.login(ADA, PASSWORD).await.assert_status(200);
        login(&served, ADA, &codes[0]).await.assert_status(200);
        let told = world.published().await.of::<SecondFactorChanged>();
        assert_eq!(told.last().unwrap().change, SecondFactorChange::Reset);
        assert_eq!(told.last().unwrap().user_id, ada.id);
        let by = query_text(&world, "SELECT details AS text FROM audit_log WHERE action = 'second_factors.reset' AND actor_id <> user_id").await;
        assert_eq!(by, [r#"{"totp":true,"passkeys":0}"#]);
        let unknown = format!("/api/v1/users/{}/second-factors", UserId::new());
        admin.client.delete(&unknown).send().await.assert_error(404, "NOT_FOUND");
        world.turn_clock(20 * MINUTE);
        admin.client.delete(&path).send().await.assert_error(403, "STEP_UP_REQUIRED");
    }
}
