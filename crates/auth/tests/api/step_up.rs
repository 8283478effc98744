//! `POST /auth/step-up`, and what admins may do for those who lost their devices.

use ashlar_contracts::users::{SecondFactorChange, SecondFactorChanged};
use ashlar_core::principal::UserId;
use ashlar_testkit::{World, on_each_database};
use futures_util::future::join;
use serde_json::json;

use crate::{
    MINUTE, Member, PASSWORD, Served, actions, assert_unauthorized, auth,
    authenticator_app::{AuthenticatorApp, login, step_up},
    cookies::Browser,
    execute, passkeys, query_text, serve,
};

const ADA: &str = "ada@example.org";
const ME: &str = "/api/v1/auth/me";
const OVER: &str = "Invalid authentication credentials";

on_each_database! {
    /// A passkey is a second factor: whoever found the password alone adds none and changes nothing that
    /// lets a user in.
    async fn a_password_is_not_enough_beside_a_passkey(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let body = json!({ "name": "script", "scopes": ["*"] });
        let made = ada.client.post("/api/v1/auth/api-keys").json(&body).send().await.json();
        let key = made["id"].as_str().unwrap();
        let mut device = passkeys::add(&ada).await;
        let thief = served.member(ADA, &ada.id.to_string()).await;
        let post = |path: &str, body| thief.client.post(format!("/api/v1/auth/{path}")).json(&body).send();
        for (path, body) in [
            ("mfa/totp", json!({})),
            ("passkeys/register/begin", json!({})),
            ("api-keys", json!({ "name": "spare", "scopes": ["*"] })),
            ("change-email", json!({ "email": "eve@example.org" })),
        ] {
            post(path, body).await.assert_error(403, "STEP_UP_REQUIRED");
        }
        thief.delete(&ada).await.assert_error(403, "STEP_UP_REQUIRED");
        let own = thief.client.get("/api/v1/auth/passkeys").send().await.json();
        let path = format!("/api/v1/auth/passkeys/{}", own["data"][0]["id"].as_str().unwrap());
        thief.client.delete(&path).send().await.assert_error(403, "STEP_UP_REQUIRED");
        let change = json!({ "current_password": PASSWORD, "password": "battery staple" });
        post("change-password", change).await.assert_error(403, "STEP_UP_REQUIRED");
        let path_of_key = format!("/api/v1/auth/api-keys/{key}");
        thief.client.delete(path_of_key).send().await.assert_error(403, "STEP_UP_REQUIRED");
        let sessions = thief.client.delete("/api/v1/auth/sessions?except_current=true").send().await;
        sessions.assert_error(403, "STEP_UP_REQUIRED");
        ada.me().await.assert_status(200);
        // Nor is it, entered once more.
        step_up(&thief, json!({ "password": PASSWORD })).await.assert_error(409, "CONFLICT");
        let ada = passkeys::signed_in(&served, &ada, &mut device).await;
        AuthenticatorApp::enrol(&ada).await;
        ada.client.delete(&path).send().await.assert_status(204);
        // Without it the password is enough again, at once.
        AuthenticatorApp::enrol(&served.member(ADA, &ada.id.to_string()).await).await;
    }

    /// The password gives a session with a new proof in the place of this one, and of no other.
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
        let granted = step_up(&ada, json!({ "password": PASSWORD })).await;
        let renewed = served.granted(ada.id, &granted);
        assert_eq!(granted.header("cache-control"), Some("no-store"));
        assert_unauthorized(&ada.me().await, OVER);
        assert_unauthorized(&enrol(&ada).await, OVER);
        enrol(&renewed).await.assert_status(201);
        enrol(&elsewhere).await.assert_error(403, "STEP_UP_REQUIRED");
        world.turn_clock(15 * MINUTE);
        enrol(&renewed).await.assert_error(403, "STEP_UP_REQUIRED");
        let actions = actions(&world).await;
        for action in ["step_up.failed", "step_up.succeeded"] {
            assert_eq!(actions.iter().filter(|one| *one == action).count(), 1, "{actions:?}");
        }
    }

    /// Neither token of the old session is good for anything, and those of the new one are.
    async fn the_old_session_is_over(world: World) {
        let served = serve(&world).await;
        served.register(ADA).await.assert_status(201);
        let login = served.login(ADA, PASSWORD).await;
        let first = served.app.bearer(login.json()["access_token"].as_str().unwrap());
        let id = first.get(ME).send().await.json()["id"].as_str().unwrap().parse().unwrap();
        let ada = served.granted(id, &login);
        let granted = step_up(&ada, json!({ "password": PASSWORD })).await;
        let renewed = served.granted(id, &granted);
        assert_unauthorized(&ada.me().await, OVER);
        assert_unauthorized(&served.refreshed(&login).await, OVER);
        assert_unauthorized(&step_up(&ada, json!({ "password": PASSWORD })).await, OVER);
        renewed.me().await.assert_status(200);
        served.refreshed(&granted).await.assert_status(200);
        let why = query_text(&world, "SELECT revoked_for AS text FROM sessions WHERE revoked_at IS NOT NULL").await;
        assert_eq!(why, ["renewed"]);
    }

    /// A browser gets its cookies anew, and must show that one of our pages asks.
    async fn a_browser_steps_up_in_cookies(world: World) {
        let served = serve(&world).await;
        let first = served.browser(ADA).await;
        let post = |path: &str| served.app.anonymous().post(format!("/api/v1/auth/{path}"));
        world.turn_clock(16 * MINUTE);
        let enrol = first.page_sends(post("mfa/totp")).send().await;
        enrol.assert_error(403, "STEP_UP_REQUIRED");
        let body = json!({ "password": PASSWORD });
        let forged = first.sends(post("step-up").json(&body)).send().await;
        forged.assert_error(403, "FORBIDDEN");
        let granted = first.page_sends(post("step-up").json(&body)).send().await;
        let second = Browser::of(&granted);
        assert_unauthorized(&served.asks(&first).await, OVER);
        let stolen = first.page_sends(post("refresh").json(&json!({}))).send().await;
        assert_unauthorized(&stolen, OVER);
        served.asks(&second).await.assert_status(200);
        let enrolled = second.page_sends(post("mfa/totp")).send().await;
        enrolled.assert_status(201);
    }

    /// Of two at once one is given a session; the other's is over by then.
    async fn of_two_at_once_one_is_renewed(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let body = || json!({ "password": PASSWORD });
        let (one, two) = join(step_up(&ada, body()), step_up(&ada, body())).await;
        let loser = if one.status() == 200 { two } else { one };
        assert_unauthorized(&loser, OVER);
        let open = "SELECT methods AS text FROM sessions WHERE revoked_at IS NULL";
        assert_eq!(query_text(&world, open).await.len(), 1);
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
        let granted = step_up(&ada, json!({ "password": PASSWORD, "code": code })).await;
        let ada = served.granted(ada.id, &granted);
        let replayed = step_up(&ada, json!({ "password": PASSWORD, "code": code })).await;
        assert_unauthorized(&replayed, "Invalid credentials");
        let granted = step_up(&ada, json!({ "password": PASSWORD, "code": codes[0] })).await;
        let ada = served.granted(ada.id, &granted);
        let methods = query_text(&world, "SELECT methods AS text FROM sessions ORDER BY id").await;
        assert_eq!(methods, ["pwd", "pwd otp", "pwd recovery"]);
        // One was wrong since the first success, by which the network is known.
        let body = json!({ "password": PASSWORD, "code": app.wrong_code(world.now()) });
        for _ in 0..4 {
            assert_unauthorized(&step_up(&ada, body.clone()).await, "Invalid credentials");
        }
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
        let granted = step_up(&ada, json!({ "code": app.code(world.now()) })).await;
        let ada = served.granted(ada.id, &granted);
        ada.client.delete("/api/v1/auth/mfa/totp").send().await.assert_status(204);
        step_up(&ada, json!({})).await.assert_error(409, "CONFLICT");
    }

    /// A session that is over cannot be renewed.
    async fn a_session_that_is_over_stays_over(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        execute(&world, "UPDATE sessions SET revoked_at = created_at").await;
        let refused = step_up(&ada, json!({ "password": PASSWORD })).await;
        assert_unauthorized(&refused, OVER);
        let enrol = ada.client.post("/api/v1/auth/mfa/totp").send().await;
        assert_unauthorized(&enrol, OVER);
        assert_eq!(query_text(&world, "SELECT methods AS text FROM sessions").await.len(), 1);
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
        // A session and a key that the lost device has.
        let strong = served.granted(ada.id, &login(&served, ADA, &codes[1]).await);
        let body = json!({ "name": "script", "scopes": ["*"] });
        let made = strong.client.post("/api/v1/auth/api-keys").json(&body).send().await;
        made.assert_status(201);
        admin.client.delete(&path).send().await.assert_status(204);
        assert_unauthorized(&strong.me().await, OVER);
        let proofs = "SELECT name AS text FROM api_keys WHERE second_factor";
        assert_eq!(query_text(&world, proofs).await, [] as [&str; 0]);
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
