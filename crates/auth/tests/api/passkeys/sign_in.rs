//! Signing in and stepping up with a passkey.

use ashlar_core::jobs::Schedule;
use ashlar_testkit::{World, on_each_database};
use serde_json::json;

use super::{ADA, add, begin as begin_registration, begin_login, finish_login, login, signed_in};
use crate::{
    MINUTE, Member, PASSWORD, actions, assert_unauthorized, authenticator_app::AuthenticatorApp,
    cookies::Browser, execute, query_text, serve,
};

on_each_database! {
    /// A passkey is enough, also for whoever has an app: it is two factors in one.
    async fn a_passkey_signs_in_alone(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let mut device = add(&ada).await;
        let by_passkey = signed_in(&served, &ada, &mut device).await;
        AuthenticatorApp::enable(&world, &by_passkey).await;
        let granted = login(&served, &mut device).await;
        granted.assert_status(200);
        assert_eq!(granted.header("cache-control"), Some("no-store"));
        let client = served.app.bearer(granted.json()["access_token"].as_str().unwrap());
        let me = client.get("/api/v1/auth/me").send().await;
        assert_eq!(me.json()["id"], ada.id.to_string());
        let methods = query_text(&world, "SELECT methods AS text FROM sessions ORDER BY id").await;
        assert_eq!(methods, ["pwd", "passkey", "passkey"]);
        login(&served, &mut device).await.assert_status(200);
    }

    /// Nobody says who they are before they have shown it, so nothing is told of anybody.
    async fn the_question_is_the_same_for_all(world: World) {
        let served = serve(&world).await;
        add(&served.user(ADA).await).await;
        let (first, second) = (begin_login(&served).await.json(), begin_login(&served).await.json());
        assert_eq!(first["options"]["allowCredentials"], json!([]));
        assert_eq!(first["options"]["userVerification"], "required");
        assert_eq!(first["options"]["rpId"], "localhost");
        assert_ne!(first["options"]["challenge"], second["options"]["challenge"]);
        assert_eq!(first["options"]["challenge"].as_str().unwrap().len(), 43);
    }

    /// In cookies where that is asked for; a step-up answers in the way of the session it renews.
    async fn a_passkey_signs_a_browser_in(world: World) {
        let served = serve(&world).await;
        let mut device = add(&served.user(ADA).await).await;
        let mut body = device.get(&begin_login(&served).await);
        body["cookies"] = json!(true);
        let first = Browser::of(&finish_login(&served, &body).await);
        assert_eq!(served.asks(&first).await.json()["email"], ADA);
        let post = |path: &str| served.app.anonymous().post(format!("/api/v1/auth/passkeys/{path}"));
        world.turn_clock(16 * MINUTE);
        let begun = first.page_sends(post("step-up/begin")).send().await;
        let body = device.get(&begun);
        let finish = || post("step-up/finish").json(&body);
        first.sends(finish()).send().await.assert_error(403, "FORBIDDEN");
        let second = Browser::of(&first.page_sends(finish()).send().await);
        assert_unauthorized(&served.asks(&first).await, "Invalid authentication credentials");
        second.page_sends(post("register/begin")).send().await.assert_status(200);
    }

    /// It begins a session in the place of the one that it is used in, with a new proof of identity.
    async fn a_passkey_steps_up(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let begin = || ada.client.post("/api/v1/auth/passkeys/step-up/begin").send();
        begin().await.assert_error(409, "CONFLICT");
        let mut device = add(&ada).await;
        world.turn_clock(16 * MINUTE);
        let register = || ada.client.post("/api/v1/auth/passkeys/register/begin").send();
        register().await.assert_error(403, "STEP_UP_REQUIRED");
        let begun = begin().await;
        let allowed = &begun.json()["options"]["allowCredentials"];
        assert_eq!(allowed[0]["id"], device.credential_id.as_str());
        assert_eq!(allowed[0]["transports"], json!(["internal"]));
        let finish = |body| ada.client.post("/api/v1/auth/passkeys/step-up/finish").json(body);
        // Not with what was asked of somebody who signs in.
        let other = device.get(&begin_login(&served).await);
        assert_unauthorized(&finish(&other).send().await, "Invalid credentials");
        register().await.assert_error(403, "STEP_UP_REQUIRED");
        let body = device.get(&begun);
        let renewed = served.granted(ada.id, &finish(&body).send().await);
        assert_unauthorized(&register().await, "Invalid authentication credentials");
        begin_registration(&renewed).await;
        let again = renewed.client.post("/api/v1/auth/passkeys/step-up/finish").json(&body);
        assert_unauthorized(&again.send().await, "Invalid credentials");
        let actions = actions(&world).await;
        assert!(actions.contains(&"step_up.succeeded".to_owned()), "{actions:?}");
        assert!(actions.contains(&"step_up.failed".to_owned()), "{actions:?}");
    }

    /// Another user's passkey renews nothing.
    async fn a_passkey_of_somebody_else_steps_nobody_up(world: World) {
        let served = serve(&world).await;
        let (ada, eve) = (served.user(ADA).await, served.user("eve@example.org").await);
        add(&ada).await;
        let mut evil = add(&eve).await;
        let begun = ada.client.post("/api/v1/auth/passkeys/step-up/begin").send().await;
        let finish = |member: &Member, body: serde_json::Value| {
            member.client.post("/api/v1/auth/passkeys/step-up/finish").json(&body).send()
        };
        evil.user_handle = None;
        let body = evil.get(&begun);
        assert_unauthorized(&finish(&eve, body.clone()).await, "Invalid credentials");
        assert_unauthorized(&finish(&ada, body).await, "Invalid credentials");
    }

    /// Suspended or deleted: the passkey is theirs, and lets nobody in.
    async fn who_may_not_sign_in_does_not_with_a_passkey(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        let ada = served.user(ADA).await;
        let mut device = add(&ada).await;
        admin.patch(&ada, json!({ "status": "suspended" })).await.assert_status(200);
        assert_unauthorized(&login(&served, &mut device).await, "Invalid credentials");
        admin.patch(&ada, json!({ "status": "active" })).await.assert_status(200);
        login(&served, &mut device).await.assert_status(200);
        admin.delete(&ada).await.assert_status(204);
        assert_unauthorized(&login(&served, &mut device).await, "Invalid credentials");
        let left = query_text(&world, "SELECT name AS text FROM passkeys").await;
        assert!(left.is_empty(), "{left:?}");
    }

    /// Challenges that nobody answers do not pile up.
    async fn challenges_that_expired_are_removed(world: World) {
        let served = serve(&world).await;
        begin_login(&served).await;
        world.turn_clock(6 * MINUTE);
        begin_login(&served).await;
        let domain = served.auth.domain();
        let named = |schedule: &&Schedule| schedule.id() == "auth.remove_expired_challenges";
        let schedule = domain.schedules().iter().find(named).unwrap();
        let transaction = world.database().begin().await.unwrap();
        schedule.enqueue(&transaction, world.now()).await.unwrap();
        transaction.commit().await.unwrap();
        served.app.settle().await;
        let left = query_text(&world, "SELECT purpose AS text FROM passkey_challenges").await;
        assert_eq!(left, ["sign_in"]);
    }

    /// A user without a password signs in with a passkey alone.
    async fn no_password_is_needed(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let mut device = add(&ada).await;
        execute(&world, "DELETE FROM passwords").await;
        assert_unauthorized(&served.login(ADA, PASSWORD).await, "Invalid credentials");
        login(&served, &mut device).await.assert_status(200);
    }
}
