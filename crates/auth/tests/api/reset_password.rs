//! `POST /auth/forgot-password` and `/auth/reset-password`.

use std::time::{Duration, Instant};

use ashlar_auth::model::Purpose;
use ashlar_contracts::users::{UserPasswordChanged, UserPasswordResetRequested};
use ashlar_testkit::{Backend, World, on_each_database, run};
use futures_util::future::join;
use serde_json::json;

use crate::{
    MINUTE, PASSWORD, Served, assert_unauthorized, auth,
    cookies::Browser,
    mail_links::{
        assert_refused, audited, count, forget, link, open_sessions, redeem, reset, reset_token,
        verification,
    },
    serve,
};

const OTHER: &str = "battery staple";

on_each_database! {
    /// Whoever gets the mail has another password, a verified address, and no session.
    async fn a_forgotten_password_is_set_anew(world: World) {
        let served = serve(&world).await;
        let ada = served.user("Ada@example.org").await;
        served.login("ada@example.org", PASSWORD).await.assert_status(200);
        assert_eq!(open_sessions(&world, ada.id).await, 2);
        let bob = served.user("bob@example.org").await;
        forget(&served, "ADA@example.org").await.assert_status(202);
        let token = reset_token(&world, &served).await;
        let answer = reset(&served, &token, OTHER).await;
        answer.assert_status(204);
        assert_eq!(answer.header("set-cookie"), None, "it signs nobody in");
        assert_eq!(open_sessions(&world, ada.id).await, 0);
        assert_eq!(open_sessions(&world, bob.id).await, 1);
        served.login("ada@example.org", PASSWORD).await.assert_status(401);
        let login = served.login("ada@example.org", OTHER).await;
        login.assert_status(200);
        let again = served.app.bearer(login.json()["access_token"].as_str().unwrap());
        assert_eq!(again.get("/api/v1/auth/me").send().await.json()["email_verified"], true);
        let told = world.published().await.of::<UserPasswordChanged>();
        assert_eq!((told.len(), &*told[0].email), (1, "Ada@example.org"));
        for action in ["password.reset_requested", "password.reset"] {
            assert_eq!(audited(&world, action).await, 1, "{action}");
        }
    }

    /// No token from before is good for anything, in whichever way it travels.
    async fn all_tokens_from_before_are_refused(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let login = served.login("ada@example.org", PASSWORD).await;
        let other = served.granted(ada.id, &login);
        let browser = Browser::of(&served.cookie_login("ada@example.org").await);
        for alive in [ada.me().await, other.me().await, served.asks(&browser).await] {
            alive.assert_status(200);
        }
        forget(&served, "ada@example.org").await.assert_status(202);
        let token = reset_token(&world, &served).await;
        reset(&served, &token, OTHER).await.assert_status(204);
        let post = served.app.anonymous().post("/api/v1/auth/refresh").json(&json!({}));
        for over in [
            ada.me().await,
            other.me().await,
            served.asks(&browser).await,
            served.refreshed(&login).await,
            browser.page_sends(post).send().await,
        ] {
            assert_unauthorized(&over, "Invalid authentication credentials");
        }
    }

    /// Neither by what is answered nor by what is done before the answer.
    async fn nobody_learns_whether_an_address_is_registered(world: World) {
        let served = serve(&world).await;
        let root = served.admin("root@example.org").await;
        served.register("ada@example.org").await.assert_status(201);
        let suspended = served.user("eve@example.org").await;
        root.patch(&suspended, json!({ "status": "suspended" })).await.assert_status(200);
        let deleted = served.user("bob@example.org").await;
        deleted.delete(&deleted).await.assert_status(204);
        for email in ["ada@example.org", "eve@example.org", "bob@example.org", "nobody@example.org"] {
            let answer = forget(&served, email).await;
            // The throttle, and the job.
            answer.assert_status(202).assert_statements(2);
            assert_eq!(answer.text(), "");
        }
        let asked = world.published().await.of::<UserPasswordResetRequested>();
        let to: Vec<&str> = asked.iter().map(|event| &*event.email).collect();
        assert_eq!(to, ["ada@example.org"]);
    }

    /// No look-alike in another script or width is taken for somebody's address.
    async fn a_look_alike_gets_no_mail(world: World) {
        let served = serve(&world).await;
        served.register("ada@example.org").await.assert_status(201);
        for email in ["ａda@example.org", "аda@example.org", "ada@example．org", "ada@exаmple.org"] {
            forget(&served, email).await.assert_error(422, "VALIDATION_ERROR");
        }
        let asked = world.published().await.of::<UserPasswordResetRequested>();
        assert_eq!(asked, []);
    }

    /// Nor does a mail follow for each time that somebody asks.
    async fn asking_again_and_again_fills_no_mailbox(world: World) {
        let served = serve(&world).await;
        served.register("ada@example.org").await.assert_status(201);
        let anonymous = served.app.anonymous();
        for email in ["ada@example.org", "ADA@example.org"] {
            let post = anonymous.post("/api/v1/auth/forgot-password");
            post.json(&json!({ "email": email })).send().await.assert_status(202);
        }
        let waiting = "select count(*) from jobs where name = 'auth.forgot_password'";
        assert_eq!(count(&world, waiting).await, 1);
        for _ in 0..3 {
            forget(&served, "ada@example.org").await.assert_status(202);
        }
        let asked = async || world.published().await.of::<UserPasswordResetRequested>().len();
        assert_eq!(asked().await, 1);
        world.turn_clock(MINUTE);
        forget(&served, "ada@example.org").await.assert_status(202);
        assert_eq!(asked().await, 2);
    }

    /// Once, and within its time.
    async fn a_link_is_good_once_and_not_for_long(world: World) {
        let served = serve(&world).await;
        served.register("ada@example.org").await.assert_status(201);
        forget(&served, "ada@example.org").await.assert_status(202);
        let first = reset_token(&world, &served).await;
        reset(&served, &first, OTHER).await.assert_status(204);
        assert_refused(&reset(&served, &first, PASSWORD).await);
        world.turn_clock(MINUTE);
        forget(&served, "ada@example.org").await.assert_status(202);
        let second = reset_token(&world, &served).await;
        assert_ne!(first, second);
        world.turn_clock(30 * MINUTE - Duration::from_secs(1));
        reset_token(&world, &served).await;
        world.turn_clock(Duration::from_secs(1));
        assert_refused(&reset(&served, &second, PASSWORD).await);
        served.login("ada@example.org", OTHER).await.assert_status(200);
    }

    /// Anybody can ask, as often as they are let: the link that is out stays good for its time, and
    /// whoever asks gets one that has half of it left. A use ends them all.
    async fn nobody_voids_a_link_by_asking_once_more(world: World) {
        let served = serve(&world).await;
        served.register("ada@example.org").await.assert_status(201);
        let ask = async || {
            forget(&served, "ada@example.org").await.assert_status(202);
            reset_token(&world, &served).await
        };
        let first = ask().await;
        for _ in 0..3 {
            world.turn_clock(4 * MINUTE);
            assert_eq!(ask().await, first, "sent once more");
        }
        world.turn_clock(3 * MINUTE);
        let second = ask().await;
        assert_ne!(second, first, "half of the time is over");
        world.turn_clock(15 * MINUTE - Duration::from_secs(1));
        reset(&served, &first, OTHER).await.assert_status(204);
        assert_refused(&reset(&served, &second, PASSWORD).await);
        served.login("ada@example.org", OTHER).await.assert_status(200);
    }

    /// However long somebody goes on asking, two links are good at a time.
    async fn links_do_not_pile_up(world: World) {
        let served = serve(&world).await;
        served.register("ada@example.org").await.assert_status(201);
        let rows = "select count(*) from account_tokens where purpose = 'reset_password'";
        let mut most = 0;
        for _ in 0..12 {
            forget(&served, "ada@example.org").await.assert_status(202);
            most = most.max(count(&world, rows).await);
            world.turn_clock(8 * MINUTE);
        }
        assert_eq!(most, 2);
    }

    /// With two links that are good: one wins, as with one.
    async fn of_two_links_at_once_one_wins(world: World) {
        let served = serve(&world).await;
        served.register("ada@example.org").await.assert_status(201);
        forget(&served, "ada@example.org").await.assert_status(202);
        let first = reset_token(&world, &served).await;
        world.turn_clock(16 * MINUTE);
        forget(&served, "ada@example.org").await.assert_status(202);
        let second = reset_token(&world, &served).await;
        assert_ne!(first, second);
        let passwords = ["first of the two", "second of the two"];
        let answers = join(
            reset(&served, &first, passwords[0]),
            reset(&served, &second, passwords[1]),
        )
        .await;
        let (winner, loser) = match (answers.0.status(), answers.1.status()) {
            (204, 422) => (passwords[0], passwords[1]),
            (422, 204) => (passwords[1], passwords[0]),
            other => panic!("{other:?}"),
        };
        served.login("ada@example.org", winner).await.assert_status(200);
        served.login("ada@example.org", loser).await.assert_status(401);
        assert_eq!(audited(&world, "password.reset").await, 1);
    }

    /// Programs depend on keys, so they stay, and the mail says how many; whoever wants it revokes them.
    async fn keys_stay_unless_they_are_revoked_too(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        redeem(&ada.client, "verify-email", &verification(&world, &served).await).await.assert_status(204);
        let mut keys = Vec::new();
        for name in ["backup", "report"] {
            let body = json!({ "name": name, "scopes": ["*"] });
            let made = ada.client.post("/api/v1/auth/api-keys").json(&body).send().await;
            made.assert_status(201);
            keys.push(served.app.bearer(made.json()["key"].as_str().unwrap()));
        }
        let ask = async |status: u16| {
            for key in &keys {
                key.get("/api/v1/auth/me").send().await.assert_status(status);
            }
        };
        let told = async || world.published().await.of::<UserPasswordChanged>().pop().unwrap().api_keys;
        forget(&served, "ada@example.org").await.assert_status(202);
        let token = reset_token(&world, &served).await;
        reset(&served, &token, OTHER).await.assert_status(204);
        ask(200).await;
        assert_eq!(told().await, 2);
        world.turn_clock(MINUTE);
        forget(&served, "ada@example.org").await.assert_status(202);
        let token = reset_token(&world, &served).await;
        let body = json!({ "token": token, "password": PASSWORD, "revoke_api_keys": true });
        let post = served.app.anonymous().post("/api/v1/auth/reset-password");
        post.json(&body).send().await.assert_status(204);
        ask(401).await;
        assert_eq!(told().await, 0);
    }

    /// With the same link: one wins, and the password is the winner's.
    async fn of_two_resets_at_once_one_wins(world: World) {
        let served = serve(&world).await;
        served.register("ada@example.org").await.assert_status(201);
        for round in 0..4 {
            world.turn_clock(MINUTE);
            forget(&served, "ada@example.org").await.assert_status(202);
            let token = reset_token(&world, &served).await;
            let passwords = [format!("first of {round}"), format!("second of {round}")];
            let [one, two] = &passwords;
            let answers = join(reset(&served, &token, one), reset(&served, &token, two)).await;
            let (winner, loser) = match (answers.0.status(), answers.1.status()) {
                (204, 422) => (one, two),
                (422, 204) => (two, one),
                other => panic!("{other:?}"),
            };
            served.login("ada@example.org", winner).await.assert_status(200);
            served.login("ada@example.org", loser).await.assert_status(401);
        }
        assert_eq!(audited(&world, "password.reset").await, 4);
    }

    /// A password that will not do leaves the link as it is.
    async fn a_refused_password_uses_no_link_up(world: World) {
        let served = serve(&world).await;
        served.register("ada.lovelace@example.org").await.assert_status(201);
        forget(&served, "ada.lovelace@example.org").await.assert_status(202);
        let token = reset_token(&world, &served).await;
        for password in ["password1", "short", "Ada.Lovelace", "ADA.lovelace@example.org"] {
            let refused = reset(&served, &token, password).await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.error_fields(), ["password"], "{password}");
        }
        reset(&served, &token, OTHER).await.assert_status(204);
    }

    /// Whoever is suspended or gone, or has another address by now, has no use for the link.
    async fn a_link_dies_with_what_it_was_for(world: World) {
        let served = serve(&world).await;
        let root = served.admin("root@example.org").await;
        let ada = served.user("ada@example.org").await;
        forget(&served, "ada@example.org").await.assert_status(202);
        let token = reset_token(&world, &served).await;
        root.patch(&ada, json!({ "status": "suspended" })).await.assert_status(200);
        assert_refused(&reset(&served, &token, OTHER).await);
        root.patch(&ada, json!({ "status": "active" })).await.assert_status(200);
        root.patch(&ada, json!({ "email": "new@example.org" })).await.assert_status(200);
        assert_refused(&reset(&served, &token, OTHER).await);
        world.turn_clock(MINUTE);
        forget(&served, "new@example.org").await.assert_status(202);
        let token = reset_token(&world, &served).await;
        root.delete(&ada).await.assert_status(204);
        assert_refused(&reset(&served, &token, OTHER).await);
    }

    /// Nothing that a request says of itself is in the link.
    async fn a_forged_host_is_not_in_the_link(world: World) {
        let settings = [("AUTH_PAGE_URL", "https://quarry.example/account")];
        let served = Served::of(&world, auth(&world, &settings)).await;
        served.register("ada@example.org").await.assert_status(201);
        let post = served.app.anonymous().post("/api/v1/auth/forgot-password")
            .header("host", "evil.example")
            .header("x-forwarded-host", "evil.example")
            .header("forwarded", "host=evil.example")
            .header("origin", "https://evil.example")
            .header("referer", "https://evil.example/");
        post.json(&json!({ "email": "ada@example.org" })).send().await.assert_status(202);
        served.app.settle().await;
        let events = world.published().await.of::<UserPasswordResetRequested>();
        let link = link(&served.auth, Purpose::ResetPassword, events[0].token_id).await.unwrap();
        let start = "https://quarry.example/account#reset-password=ash_reset_password_";
        assert!(link.starts_with(start) && !link.contains("evil"), "{link}");
    }

    /// Whoever reads the whole database has no link.
    async fn no_token_is_stored_or_told(world: World) {
        let served = serve(&world).await;
        served.register("ada@example.org").await.assert_status(201);
        forget(&served, "ada@example.org").await.assert_status(202);
        for token in [reset_token(&world, &served).await, verification(&world, &served).await] {
            // What follows the id.
            let secret = &token[token.len() - 40..];
            for (table, column) in [("outbox", "payload"), ("jobs", "payload"), ("audit_log", "details"),
                ("account_tokens", "email")] {
                let sql = format!("select count(*) from {table}");
                assert!(count(&world, &sql).await > 0, "{table}");
                let sql = format!("{sql} where {column} like '%{secret}%' or {column} like '%ash\\_%' escape '\\'");
                assert_eq!(count(&world, &sql).await, 0, "{table}");
            }
        }
    }
}

/// Prints how long it takes to say that a password is forgotten, for an address that is registered
/// and for one that is not: `cargo test --release -p ashlar-auth forgetting -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, not a test"]
fn forgetting_takes_as_long_for_everybody() {
    run(Backend::Sqlite, async |world: World| {
        let served = serve(&world).await;
        for index in 0..200 {
            let email = format!("known{index}@example.org");
            served.register(&email).await.assert_status(201);
        }
        let mut medians = Vec::new();
        for kind in ["known", "nobody", "known", "nobody"] {
            let mut micros = Vec::new();
            for index in 0..200 {
                let body = json!({ "email": format!("{kind}{index}@example.org") });
                let post = served.app.anonymous().post("/api/v1/auth/forgot-password");
                let begin = Instant::now();
                post.json(&body).send().await.assert_status(202);
                micros.push(begin.elapsed().as_micros());
            }
            served.app.settle().await;
            micros.sort_unstable();
            medians.push((kind, micros[100]));
        }
        println!("median µs: {medians:?}");
    });
}
