//! `/auth/mfa/totp` and signing in with a code.

use std::time::Duration;

use ashlar_contracts::users::{SecondFactorChange, SecondFactorChanged};
use ashlar_testkit::{TestResponse, World, on_each_database};
use futures_util::future::join_all;
use serde_json::json;

use crate::{
    MINUTE, Member, PASSWORD, Served, actions, assert_unauthorized, auth,
    authenticator_app::{AuthenticatorApp, confirm, login},
    mail_links::{forget, reset, reset_token},
    oauth, query_text, serve,
};

const ADA: &str = "ada@example.org";

fn assert_asked(answer: &TestResponse) {
    answer.assert_error(401, "SECOND_FACTOR_REQUIRED");
    assert_eq!(answer.error_fields(), ["code"]);
}

fn assert_wrong(answer: &TestResponse) {
    assert_unauthorized(answer, "Invalid credentials");
    assert_eq!(answer.error_fields(), ["code"]);
}

async fn disable(member: &Member) -> TestResponse {
    member.client.delete("/api/v1/auth/mfa/totp").send().await
}

on_each_database! {
    /// An app is asked for once it is confirmed, and no more once it is off.
    async fn an_app_is_asked_for_while_it_is_on(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        assert_eq!(ada.me().await.json()["second_factor"], false);
        let (app, codes) = AuthenticatorApp::enable(&world, &ada).await;
        assert_eq!(codes.len(), 10);
        assert_eq!(ada.me().await.json()["second_factor"], true);
        assert_asked(&served.login(ADA, PASSWORD).await);
        assert_asked(&login(&served, ADA, "").await);
        let ada = served.granted(ada.id, &login(&served, ADA, &app.code(world.now())).await);
        let mfa = ada.client.get("/api/v1/auth/mfa").send().await;
        assert_eq!(mfa.json(), json!({ "totp": true, "recovery_codes_left": 10, "passkeys": 0 }));

        disable(&ada).await.assert_status(204);
        served.login(ADA, PASSWORD).await.assert_status(200);
        assert_eq!(ada.me().await.json()["second_factor"], false);
        let actions = actions(&world).await;
        for action in ["totp.enabled", "totp.disabled"] {
            assert!(actions.iter().any(|one| one == action), "{actions:?}");
        }
        let changes = world.published().await.of::<SecondFactorChanged>();
        let changes: Vec<SecondFactorChange> = changes.iter().map(|event| event.change).collect();
        assert_eq!(changes, [SecondFactorChange::TotpEnabled, SecondFactorChange::TotpDisabled]);
    }

    /// The session says by what it was begun (RFC 8176).
    async fn a_session_knows_its_methods(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let (app, codes) = AuthenticatorApp::enable(&world, &ada).await;
        login(&served, ADA, &app.code(world.now())).await.assert_status(200);
        login(&served, ADA, &codes[0]).await.assert_status(200);
        let methods = query_text(&world, "SELECT methods AS text FROM sessions ORDER BY id").await;
        assert_eq!(methods, ["pwd", "pwd otp", "pwd recovery"]);
    }

    /// The form of OAuth 2.0 asks for it too.
    async fn the_form_asks_for_a_code(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let (app, _) = AuthenticatorApp::enable(&world, &ada).await;
        let post = || served.app.anonymous().post("/api/v1/auth/token");
        let form = [("username", ADA), ("password", PASSWORD)];
        assert_asked(&post().form(&form).send().await);
        let code = app.code(world.now());
        let form = [&form[..], &[("code", &code)]].concat();
        post().form(&form).send().await.assert_status(200);
        assert_wrong(&post().form(&form).send().await);
    }

    /// What is asked for beside the password is told to whoever knows that alone.
    async fn a_wrong_password_tells_nothing_of_the_app(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let (app, codes) = AuthenticatorApp::enable(&world, &ada).await;
        for code in [app.code(world.now()), codes[0].clone(), "000000".to_owned()] {
            for email in [ADA, "nobody@example.org"] {
                let body = json!({ "email": email, "password": "wrong horse", "code": code });
                let refused = served.app.anonymous().post("/api/v1/auth/login").json(&body).send().await;
                assert_unauthorized(&refused, "Invalid credentials");
                assert!(refused.error_fields().is_empty());
            }
        }
        assert!(!actions(&world).await.contains(&"second_factor.failed".to_owned()));
        login(&served, ADA, &codes[0]).await.assert_status(200);
    }

    /// Nothing is asked for before a first code showed that the app works.
    async fn an_app_must_be_confirmed(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        confirm(&ada, "000000").await.assert_error(409, "CONFLICT");
        let first = AuthenticatorApp::enrol(&ada).await;
        served.login(ADA, PASSWORD).await.assert_status(200);
        let wrong = confirm(&ada, &first.wrong_code(world.now())).await;
        wrong.assert_error(422, "VALIDATION_ERROR");
        assert_eq!(wrong.error_fields(), ["code"]);
        let second = AuthenticatorApp::enrol(&ada).await;
        confirm(&ada, &first.code(world.now())).await.assert_error(422, "VALIDATION_ERROR");
        served.login(ADA, PASSWORD).await.assert_status(200);
        confirm(&ada, &second.code(world.now())).await.assert_status(200);
        assert_asked(&served.login(ADA, PASSWORD).await);
        world.turn_clock(Duration::from_secs(30));
        let ada = served.granted(ada.id, &login(&served, ADA, &second.code(world.now())).await);
        confirm(&ada, &second.code(world.now())).await.assert_error(409, "CONFLICT");
        let again = ada.client.post("/api/v1/auth/mfa/totp").send().await;
        again.assert_error(409, "CONFLICT");
    }

    /// What the app is told is told in three forms, and kept in none.
    async fn the_secret_is_sealed(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let enrolled = ada.client.post("/api/v1/auth/mfa/totp").send().await;
        enrolled.assert_status(201);
        assert_eq!(enrolled.header("cache-control"), Some("no-store"));
        let body = enrolled.json();
        let secret = body["secret"].as_str().unwrap();
        assert_eq!(secret.len(), 32, "160 bits");
        let uri = body["uri"].as_str().unwrap();
        assert!(uri.starts_with(&format!("otpauth://totp/Ashlar:ada%40example.org?secret={secret}&")), "{uri}");
        assert!(body["qr"].as_str().unwrap().starts_with("<svg "));
        let stored = query_text(&world, "SELECT secret AS text FROM totp_credentials").await;
        assert!(stored[0].starts_with("v1."), "{stored:?}");
        assert!(!stored[0].contains(secret));
    }

    /// A code is good once (RFC 6238, 5.2), also for two who use it at the same time.
    async fn a_code_is_good_once(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let app = AuthenticatorApp::enrol(&ada).await;
        let code = app.code(world.now());
        confirm(&ada, &code).await.assert_status(200);
        assert_wrong(&login(&served, ADA, &code).await);
        world.turn_clock(Duration::from_secs(30));
        let code = app.code(world.now());
        let logins = join_all((0..3).map(|_| login(&served, ADA, &code))).await;
        let mut statuses: Vec<u16> = logins.iter().map(TestResponse::status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401, 401]);
    }

    /// One step of 30 seconds on either side, and a later one makes the earlier void.
    async fn a_clock_may_be_off_by_one_step(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let (app, _) = AuthenticatorApp::enable(&world, &ada).await;
        world.turn_clock(5 * MINUTE);
        let at = |seconds| app.code(world.now() + chrono::Duration::seconds(seconds));
        for seconds in [-60, 60] {
            assert_wrong(&login(&served, ADA, &at(seconds)).await);
        }
        login(&served, ADA, &at(-30)).await.assert_status(200);
        login(&served, ADA, &at(30)).await.assert_status(200);
        assert_wrong(&login(&served, ADA, &at(0)).await);
        world.turn_clock(MINUTE);
        let shown = at(0);
        let spaced = format!("{} {}", &shown[..3], &shown[3..]);
        login(&served, ADA, &spaced).await.assert_status(200);
    }

    /// Five wrong codes in a row, and no code is looked at for five minutes; then ten. That is beside
    /// what throttles the sign-in, which is told to wait for longer here.
    async fn guessing_is_slowed_down(world: World) {
        let patient = [("AUTH_ACCOUNT_ATTEMPTS", "20")];
        let served = Served::of(&world, auth(&world, &patient)).await;
        let ada = served.user(ADA).await;
        let (app, _) = AuthenticatorApp::enable(&world, &ada).await;
        for minutes in [5, 10] {
            for _ in 0..5 {
                assert_wrong(&login(&served, ADA, &app.wrong_code(world.now())).await);
            }
            let throttled = login(&served, ADA, &app.code(world.now())).await;
            throttled.assert_error(429, "TOO_MANY_REQUESTS");
            assert_eq!(throttled.header("retry-after"), Some((minutes * 60).to_string().as_str()));
            world.turn_clock(minutes * MINUTE - Duration::from_secs(1));
            login(&served, ADA, &app.code(world.now())).await.assert_error(429, "TOO_MANY_REQUESTS");
            world.turn_clock(Duration::from_secs(1));
        }
        login(&served, ADA, &app.code(world.now())).await.assert_status(200);
        assert_wrong(&login(&served, ADA, &app.wrong_code(world.now())).await);
        let failed = actions(&world).await;
        assert_eq!(failed.iter().filter(|one| *one == "second_factor.failed").count(), 11);
    }

    /// Nobody who brings the code in a second step, as the page does, makes a wrong guess by it.
    async fn two_steps_are_no_wrong_guess(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let (app, _) = AuthenticatorApp::enable(&world, &ada).await;
        for _ in 0..12 {
            assert_asked(&served.login(ADA, PASSWORD).await);
            login(&served, ADA, &app.code(world.now())).await.assert_status(200);
            world.turn_clock(Duration::from_secs(30));
        }
    }

    /// Whoever knew the password, and had codes blocked by it, keeps nobody out who has another one.
    async fn a_new_password_ends_the_wait(world: World) {
        let patient = [("AUTH_ACCOUNT_ATTEMPTS", "20")];
        let served = Served::of(&world, auth(&world, &patient)).await;
        let ada = served.user(ADA).await;
        let (app, _) = AuthenticatorApp::enable(&world, &ada).await;
        for _ in 0..5 {
            assert_wrong(&login(&served, ADA, &app.wrong_code(world.now())).await);
        }
        login(&served, ADA, &app.code(world.now())).await.assert_error(429, "TOO_MANY_REQUESTS");
        forget(&served, ADA).await.assert_status(202);
        let token = reset_token(&world, &served).await;
        // Of an account whose address is verified, since its app stays.
        oauth::verify_email(&world, ADA).await;
        reset(&served, &token, "battery staple").await.assert_status(204);
        let body = json!({ "email": ADA, "password": "battery staple", "code": app.code(world.now()) });
        let login = served.app.anonymous().post("/api/v1/auth/login").json(&body).send().await;
        login.assert_status(200);
    }

    /// By default the sign-in itself is throttled too: a code cannot be tried more often than a password.
    async fn a_wrong_code_counts_as_a_failed_sign_in(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let (app, _) = AuthenticatorApp::enable(&world, &ada).await;
        for _ in 0..5 {
            assert_wrong(&login(&served, ADA, &app.wrong_code(world.now())).await);
        }
        let throttled = served.login(ADA, "wrong horse").await;
        throttled.assert_error(429, "TOO_MANY_REQUESTS");
        assert_eq!(throttled.error_message(), "Too many attempts");
    }

    /// Guesses at the same time are counted like others.
    async fn guesses_at_once_are_counted(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let (app, _) = AuthenticatorApp::enable(&world, &ada).await;
        let wrong = app.wrong_code(world.now());
        let guesses = join_all((0..8).map(|_| login(&served, ADA, &wrong))).await;
        let looked_at = guesses.iter().filter(|guess| guess.status() == 401).count();
        assert_eq!(looked_at, 5);
        assert_eq!(guesses.iter().filter(|guess| guess.status() == 429).count(), 3);
    }

    /// A session that was left open changes no second factor (OWASP ASVS 4.0, 3.7.1).
    async fn changes_ask_for_a_recent_proof(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        AuthenticatorApp::enable(&world, &ada).await;
        world.turn_clock(20 * MINUTE);
        disable(&ada).await.assert_error(403, "STEP_UP_REQUIRED");
        confirm(&ada, "000000").await.assert_error(403, "STEP_UP_REQUIRED");
        for path in ["/api/v1/auth/mfa/totp", "/api/v1/auth/mfa/recovery-codes"] {
            let refused = ada.client.post(path).send().await;
            refused.assert_error(403, "STEP_UP_REQUIRED");
        }
        assert_asked(&served.login(ADA, PASSWORD).await);
    }

    /// A suspended user learns nothing of their app, and a user without one costs no more queries.
    async fn suspended_users_are_asked_for_nothing(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        let ada = served.user(ADA).await;
        let (app, _) = AuthenticatorApp::enable(&world, &ada).await;
        admin.patch(&ada, json!({ "status": "suspended" })).await.assert_status(200);
        for refused in [
            served.login(ADA, PASSWORD).await,
            login(&served, ADA, &app.code(world.now())).await,
        ] {
            assert_unauthorized(&refused, "Invalid credentials");
            assert!(refused.error_fields().is_empty());
        }
        // Two of them throttle: one lets the guess through, one takes it back.
        served.login("root@example.org", PASSWORD).await.assert_statements(7);
    }
}
