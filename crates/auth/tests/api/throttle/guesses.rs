//! What else can be guessed, or done too often: each is throttled for itself.

use ashlar_testkit::{TestResponse, World, on_each_database};
use serde_json::{Value, json};

use super::{ADA, PASSWORD, WRONG, entries, retry_after};
use crate::{
    Member, Served, auth,
    authenticator_app::{AuthenticatorApp, login, step_up},
    mail_links::{redeem, reset},
    serve,
};

const OTHER: &str = "battery staple";

async fn change(member: &Member, current: &str) -> TestResponse {
    let body = json!({ "current_password": current, "password": OTHER });
    let post = member.client.post("/api/v1/auth/change-password");
    post.json(&body).send().await
}

async fn post(served: &Served, path: &str, body: Value) -> TestResponse {
    let post = served.app.anonymous().post(format!("/api/v1/auth/{path}"));
    post.json(&body).send().await
}

/// Auth where a client may do a thing three times.
async fn thrice(world: &World) -> Served {
    let pairs = [("AUTH_ADDRESS_ATTEMPTS", "3")];
    Served::of(world, auth(world, &pairs)).await
}

on_each_database! {
    /// Whoever found a session guesses no password in it, neither at one door nor at the other.
    async fn passwords_are_not_guessed_in_a_session(world: World) {
        let served = serve(&world).await;
        let (ada, bob) = (served.user(ADA).await, served.user("bob@example.org").await);
        for _ in 0..3 {
            step_up(&ada, json!({ "password": WRONG })).await.assert_status(401);
        }
        for _ in 0..2 {
            change(&ada, WRONG).await.assert_status(422);
        }
        let before = served.auth.passwords_compared();
        assert_eq!(retry_after(&change(&ada, PASSWORD).await), 1);
        assert_eq!(retry_after(&step_up(&ada, json!({ "password": PASSWORD })).await), 1);
        assert_eq!(served.auth.passwords_compared(), before);
        step_up(&bob, json!({ "password": PASSWORD })).await.assert_status(200);
        served.login(ADA, PASSWORD).await.assert_status(200);
        assert_eq!(entries(&world, "password.change_refused").await.len(), 2);
        assert_eq!(entries(&world, "step_up.throttled").await.len(), 1);
    }

    /// A right guess takes itself back.
    async fn who_knows_the_password_is_not_throttled(world: World) {
        let served = serve(&world).await;
        let mut ada = served.user(ADA).await;
        for _ in 0..10 {
            let renewed = step_up(&ada, json!({ "password": PASSWORD })).await;
            renewed.assert_status(200);
            ada.token = renewed.json()["access_token"].as_str().unwrap().to_owned();
            ada.client = served.app.bearer(ada.token.clone());
        }
        change(&ada, PASSWORD).await.assert_status(204);
    }

    /// The code is guessed at less often than the password, through whichever door.
    async fn codes_are_throttled_for_themselves(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let (app, _) = AuthenticatorApp::enable(&world, &ada).await;
        let wrong = app.wrong_code(world.now());
        for _ in 0..3 {
            login(&served, ADA, &wrong).await.assert_status(401);
        }
        for _ in 0..2 {
            step_up(&ada, json!({ "password": PASSWORD, "code": wrong })).await.assert_status(401);
        }
        let right = login(&served, ADA, &app.code(world.now())).await;
        right.assert_error(429, "TOO_MANY_REQUESTS");
        assert!(right.header("retry-after").is_some());
        assert_eq!(entries(&world, "second_factor.throttled").await.len(), 1);
    }

    /// Also of an address that is nobody's, since nothing may tell which is.
    async fn mails_are_not_asked_for_by_the_dozen(world: World) {
        let served = serve(&world).await;
        served.register(ADA).await.assert_status(201);
        for email in [ADA, "nobody@example.org"] {
            for _ in 0..5 {
                post(&served, "forgot-password", json!({ "email": email })).await.assert_status(202);
            }
            assert_eq!(retry_after(&post(&served, "forgot-password", json!({ "email": email })).await), 1);
        }
    }

    /// A client tries so many tokens of mails, whichever they are for.
    async fn tokens_of_mails_are_not_guessed(world: World) {
        let served = thrice(&world).await;
        let eve = served.user("eve@example.org").await;
        redeem(&eve.client, "verify-email", "rubbish").await.assert_status(422);
        let confirm = async || {
            let post = eve.client.post("/api/v1/auth/confirm-email");
            post.json(&json!({ "token": "rubbish" })).send().await
        };
        confirm().await.assert_status(422);
        reset(&served, "rubbish", OTHER).await.assert_status(422);
        assert_eq!(retry_after(&redeem(&eve.client, "verify-email", "rubbish").await), 3);
        assert_eq!(retry_after(&confirm().await), 3);
        assert_eq!(retry_after(&reset(&served, "rubbish", OTHER).await), 3);
    }

    /// Each challenge is a row: nobody fills the table.
    async fn challenges_of_passkeys_are_counted(world: World) {
        let served = thrice(&world).await;
        for _ in 0..3 {
            post(&served, "passkeys/login/begin", json!({})).await.assert_status(200);
        }
        assert_eq!(retry_after(&post(&served, "passkeys/login/begin", json!({})).await), 3);
    }
}
