//! `POST /auth/refresh`.

use std::time::Duration;

use ashlar_testkit::{TestResponse, World, on_each_database};
use futures_util::future::join_all;
use serde_json::json;

use crate::{MINUTE, PASSWORD, Served, assert_unauthorized, audited, auth, column, serve};

const INVALID: &str = "Invalid authentication credentials";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const SECOND: Duration = Duration::from_secs(1);

/// An access token and a refresh token.
#[derive(Debug)]
struct Pair {
    access: String,
    refresh: String,
}

impl Pair {
    fn of(response: &TestResponse) -> Self {
        response.assert_status(200);
        let body = response.json();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        Self {
            access: text("access_token"),
            refresh: text("refresh_token"),
        }
    }
}

impl Served {
    async fn pair(&self, email: &str) -> Pair {
        Pair::of(&self.login(email, PASSWORD).await)
    }

    async fn ada(&self) -> Pair {
        self.register("ada@example.org").await.assert_status(201);
        self.pair("ada@example.org").await
    }

    async fn refresh(&self, token: &str) -> TestResponse {
        let body = json!({ "refresh_token": token });
        let post = self.app.anonymous().post("/api/v1/auth/refresh");
        post.json(&body).send().await
    }

    async fn me(&self, access: &str) -> TestResponse {
        self.app.bearer(access).get("/api/v1/auth/me").send().await
    }

    /// That both tokens are good for nothing.
    async fn assert_dead(&self, pair: &Pair) {
        assert_unauthorized(&self.me(&pair.access).await, INVALID);
        assert_unauthorized(&self.refresh(&pair.refresh).await, INVALID);
    }
}

on_each_database! {
    /// In one statement, the user's standing included.
    async fn a_refresh_token_gives_new_tokens(world: World) {
        let served = serve(&world).await;
        let first = served.ada().await;
        world.turn_clock(20 * MINUTE);
        let answer = served.refresh(&first.refresh).await;
        answer.assert_status(200).assert_statements(1);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("set-cookie"), None);
        assert_eq!(answer.json()["token_type"], "bearer");
        assert_eq!(answer.json()["expires_in"], 1800);
        let second = Pair::of(&answer);
        assert_ne!(second.refresh, first.refresh);
        // The session of the old access token lives on, so the token does until its own end.
        served.me(&first.access).await.assert_status(200);
        world.turn_clock(20 * MINUTE);
        assert_unauthorized(&served.me(&first.access).await, INVALID);
        served.me(&second.access).await.assert_status(200);
        served.refresh(&second.refresh).await.assert_status(200);
    }

    /// Two pages of one browser, or a client that tries again: nobody is signed out for it.
    async fn at_once_all_get_the_same_successor(world: World) {
        let served = serve(&world).await;
        let mut newest = served.ada().await.refresh;
        for _ in 0..4 {
            let answers = join_all((0..6).map(|_| served.refresh(&newest))).await;
            let successors: Vec<Pair> = answers.iter().map(Pair::of).collect();
            for one in &successors {
                assert_eq!(one.refresh, successors[0].refresh, "the chain has one end");
                served.me(&one.access).await.assert_status(200);
            }
            assert_ne!(successors[0].refresh, newest);
            newest.clone_from(&successors[0].refresh);
        }
        let generations = column(&world, "SELECT CAST(generation AS TEXT) FROM sessions").await;
        assert_eq!(generations, ["4"]);
        assert!(!audited(&world).await.contains(&"session.reused".to_owned()));
    }

    /// An answer that was lost is given again, for ten seconds.
    async fn a_lost_answer_is_given_again_for_a_moment(world: World) {
        let served = serve(&world).await;
        let first = served.ada().await;
        let second = Pair::of(&served.refresh(&first.refresh).await);
        world.turn_clock(10 * SECOND);
        let again = Pair::of(&served.refresh(&first.refresh).await);
        assert_eq!(again.refresh, second.refresh);
        world.turn_clock(Duration::from_micros(1));
        assert_unauthorized(&served.refresh(&first.refresh).await, INVALID);
        served.assert_dead(&second).await;
    }

    /// Without a grace time each token is good once, and that is all.
    async fn the_moment_is_a_setting(world: World) {
        let served = Served::of(&world, auth(&world, &[("AUTH_REFRESH_GRACE_SECONDS", "0")])).await;
        let first = served.ada().await;
        let second = Pair::of(&served.refresh(&first.refresh).await);
        world.turn_clock(SECOND);
        assert_unauthorized(&served.refresh(&first.refresh).await, INVALID);
        served.assert_dead(&second).await;
    }

    /// The owner refreshed; then the thief comes with what they stole before.
    async fn a_token_stolen_and_used_after_its_owner_ends_the_session(world: World) {
        let served = serve(&world).await;
        let stolen = served.ada().await;
        let elsewhere = served.pair("ada@example.org").await;
        let owners = Pair::of(&served.refresh(&stolen.refresh).await);
        served.me(&owners.access).await.assert_status(200);
        world.turn_clock(11 * SECOND);
        assert_unauthorized(&served.refresh(&stolen.refresh).await, INVALID);
        served.assert_dead(&owners).await;
        assert_unauthorized(&served.me(&stolen.access).await, INVALID);
        // It is that session's affair alone, and told once.
        served.me(&elsewhere.access).await.assert_status(200);
        served.refresh(&elsewhere.refresh).await.assert_status(200);
        let actions = audited(&world).await;
        let expected = ["user.registered", "session.started", "session.started", "session.reused"];
        assert_eq!(actions, expected);
        let why = column(&world, "SELECT COALESCE(revoked_for, '-') FROM sessions ORDER BY id").await;
        assert_eq!(why, ["reused", "-"]);
    }

    /// The thief came first; the owner's next refresh ends what the thief has.
    async fn a_token_stolen_and_used_before_its_owner_ends_the_session(world: World) {
        let served = serve(&world).await;
        let owners = served.ada().await;
        let mut thiefs = Pair::of(&served.refresh(&owners.refresh).await);
        world.turn_clock(11 * SECOND);
        thiefs = Pair::of(&served.refresh(&thiefs.refresh).await);
        served.me(&thiefs.access).await.assert_status(200);
        assert_unauthorized(&served.refresh(&owners.refresh).await, INVALID);
        served.assert_dead(&thiefs).await;
        assert_unauthorized(&served.me(&owners.access).await, INVALID);
    }

    /// Who comes within the moment gets the same successor as the owner; the next use tells them
    /// apart.
    async fn a_token_stolen_and_used_beside_its_owner_ends_the_session(world: World) {
        let served = serve(&world).await;
        let shared = served.ada().await;
        let owners = Pair::of(&served.refresh(&shared.refresh).await);
        let thiefs = Pair::of(&served.refresh(&shared.refresh).await);
        assert_eq!(thiefs.refresh, owners.refresh);
        world.turn_clock(20 * MINUTE);
        let owners = Pair::of(&served.refresh(&owners.refresh).await);
        world.turn_clock(11 * SECOND);
        assert_unauthorized(&served.refresh(&thiefs.refresh).await, INVALID);
        served.assert_dead(&owners).await;
    }

    /// The moment is for the last token alone.
    async fn an_older_token_is_reuse_at_once(world: World) {
        let served = serve(&world).await;
        let first = served.ada().await;
        let second = Pair::of(&served.refresh(&first.refresh).await);
        let third = Pair::of(&served.refresh(&second.refresh).await);
        assert_unauthorized(&served.refresh(&first.refresh).await, INVALID);
        served.assert_dead(&third).await;
    }

    /// Whatever the reason: one answer.
    async fn every_refusal_is_the_same(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        let ada = served.ada().await;
        let cut = &ada.refresh[..ada.refresh.len() - 1];
        let other_end = format!("{cut}{}", if ada.refresh.ends_with('A') { "B" } else { "A" });
        for rubbish in ["", "x", "ash_rt_", cut, &other_end, &ada.access[..200], &"ä".repeat(100)] {
            assert_unauthorized(&served.refresh(rubbish).await, INVALID);
        }
        served.refresh(&ada.refresh).await.assert_status(200);

        let eve = served.user("eve@example.org").await;
        let eves = served.pair("eve@example.org").await;
        admin.patch(&eve, json!({ "status": "suspended" })).await.assert_status(200);
        assert_unauthorized(&served.refresh(&eves.refresh).await, INVALID);
        let bob = served.user("bob@example.org").await;
        let bobs = served.pair("bob@example.org").await;
        bob.delete(&bob).await.assert_status(204);
        assert_unauthorized(&served.refresh(&bobs.refresh).await, INVALID);

        let none = served.app.anonymous().post("/api/v1/auth/refresh").json(&json!({}));
        assert_unauthorized(&none.send().await, INVALID);
    }

    /// Also where a session outlived its user's suspension, as one does that began at that moment.
    async fn a_suspended_user_refreshes_nothing(world: World) {
        let served = serve(&world).await;
        let first = served.ada().await;
        let second = Pair::of(&served.refresh(&first.refresh).await);
        column(&world, "UPDATE users SET status = 'suspended' RETURNING 'x'").await;
        assert_unauthorized(&served.refresh(&second.refresh).await, INVALID);
        assert_unauthorized(&served.refresh(&first.refresh).await, INVALID);
        column(&world, "UPDATE users SET status = 'active' RETURNING 'x'").await;
        served.refresh(&second.refresh).await.assert_status(200);
    }

    /// Another installation's tokens mean nothing here.
    async fn a_token_under_another_key_is_refused(world: World) {
        let served = serve(&world).await;
        let ada = served.ada().await;
        let other = Served::of(&world, crate::auth_under("another key, for tests", &world)).await;
        assert_unauthorized(&other.refresh(&ada.refresh).await, INVALID);
        served.refresh(&ada.refresh).await.assert_status(200);
    }

    /// Thirty days after the sign-in it is over, however often it was refreshed.
    async fn a_session_ends_in_the_end(world: World) {
        let served = serve(&world).await;
        let mut pair = served.ada().await;
        for _ in 0..3 {
            world.turn_clock(9 * DAY);
            pair = Pair::of(&served.refresh(&pair.refresh).await);
        }
        world.turn_clock(3 * DAY - SECOND);
        pair = Pair::of(&served.refresh(&pair.refresh).await);
        served.me(&pair.access).await.assert_status(200);
        world.turn_clock(SECOND);
        served.assert_dead(&pair).await;
    }

    /// Fourteen days after its last use it is over.
    async fn an_idle_session_ends(world: World) {
        let served = serve(&world).await;
        let pair = served.ada().await;
        let other = served.pair("ada@example.org").await;
        world.turn_clock(14 * DAY - SECOND);
        let pair = Pair::of(&served.refresh(&pair.refresh).await);
        world.turn_clock(SECOND);
        assert_unauthorized(&served.refresh(&other.refresh).await, INVALID);
        served.refresh(&pair.refresh).await.assert_status(200);
    }

    /// Whoever reads the database cannot refresh.
    async fn no_refresh_token_is_stored(world: World) {
        let served = serve(&world).await;
        let first = served.ada().await;
        let second = Pair::of(&served.refresh(&first.refresh).await);
        let hashes = column(&world, "SELECT token_hash FROM sessions").await;
        assert_eq!(hashes[0].len(), 64);
        for token in [&first.refresh, &second.refresh] {
            assert!(!token.contains(&hashes[0]));
            assert_unauthorized(&served.refresh(&hashes[0]).await, INVALID);
        }
    }

    /// As every body.
    async fn the_body_is_checked(world: World) {
        let served = serve(&world).await;
        let post = || served.app.anonymous().post("/api/v1/auth/refresh");
        for (body, field) in [
            (json!({ "refresh_token": "x".repeat(257) }), "refresh_token"),
            (json!({ "refresh_token": 7 }), "refresh_token"),
            (json!({ "token": "x" }), "token"),
        ] {
            let refused = post().json(&body).send().await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.error_fields(), [field]);
        }
        post().body("refresh_token=x").send().await.assert_status(415);
    }
}
