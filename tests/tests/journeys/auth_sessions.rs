//! Sessions of two servers on one database: what one ends the other refuses, and a refresh token has
//! one successor, whoever brings it where.

use std::time::Duration;

use ashlar_testkit::{AshlarProcess, TestResponse, World, on_each_database};
use serde_json::{Value, json};

use crate::{
    admin::{admin, find, set_status},
    people::{PASSWORD, SECRET_KEY, email, eventually, register},
    records::count,
};

/// How soon the other server knows: a second, and what a busy machine may add. On PostgreSQL it is
/// told; what is believed unasked there for longer than this is no help.
const WITHIN: Duration = Duration::from_secs(2);

const ROUNDS: usize = 10;

/// What one session is known by.
struct Tokens {
    access: String,
    refresh: String,
}

impl Tokens {
    #[track_caller]
    fn of(answer: &TestResponse) -> Self {
        let body = answer.assert_status(200).json();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        Self {
            access: text("access_token"),
            refresh: text("refresh_token"),
        }
    }
}

on_each_database! {
    /// By signing out, and from another of one's devices.
    async fn an_ended_session_is_refused_by_the_other_server(world: World) {
        let (one, other) = start_both(&world, &[]).await;
        register(&one, "ada").await;
        let kept = sign_in_ada(&other).await;
        for from_another_device in [false, true] {
            let ended = sign_in_ada(&one).await;
            for server in [&one, &other] {
                assert_eq!(me(server, &ended).await, 200);
            }
            let answer = if from_another_device {
                let id = current_session(&one, &ended).await;
                let path = format!("/api/v1/auth/sessions/{id}");
                one.bearer(&kept.access).delete(path).send().await
            } else {
                one.bearer(&ended.access).post("/api/v1/auth/logout").send().await
            };
            answer.assert_status(204);
            assert_eq!(me(&one, &ended).await, 401, "the server that ended it knows at once");
            assert_refused_soon(&other, &ended).await;
            refresh(&other, &ended).await.assert_error(401, "UNAUTHORIZED");
        }
        assert_eq!(me(&other, &kept).await, 200, "that session was not meant");
    }

    /// All sessions of theirs, refresh tokens too.
    async fn a_suspended_user_is_refused_by_the_other_server(world: World) {
        let (one, other) = start_both(&world, &[]).await;
        let root = admin(&one, "root").await;
        register(&one, "ada").await;
        let (phone, laptop) = (sign_in_ada(&one).await, sign_in_ada(&other).await);
        for tokens in [&phone, &laptop] {
            assert_eq!(me(&other, tokens).await, 200);
        }
        set_status(&root, &find(&root, "ada").await, "suspended").await;
        for tokens in [&phone, &laptop] {
            assert_eq!(me(&one, tokens).await, 401);
            assert_refused_soon(&other, tokens).await;
            refresh(&other, tokens).await.assert_error(401, "UNAUTHORIZED");
        }
    }

    /// Two pages of one browser that a load balancer sends to two servers.
    async fn two_who_refresh_at_once_get_the_same_successor(world: World) {
        let (one, other) = start_both(&world, &[]).await;
        register(&one, "ada").await;
        let mut newest = sign_in_ada(&one).await;
        let begun = count(&world, "select count(*) from sessions").await;
        for _ in 0..ROUNDS {
            let (here, there) = tokio::join!(refresh(&one, &newest), refresh(&other, &newest));
            let (here, there) = (Tokens::of(&here), Tokens::of(&there));
            assert_eq!(here.refresh, there.refresh, "the chain has one end");
            assert_ne!(here.refresh, newest.refresh);
            for (server, tokens) in [(&one, &there), (&other, &here)] {
                assert_eq!(me(server, tokens).await, 200);
            }
            newest = here;
        }
        assert_eq!(count(&world, "select count(*) from sessions").await, begun);
        assert_eq!(count(&world, REUSED).await, 0);
    }

    /// The owner refreshed here; the thief comes there, with what is used already.
    async fn a_token_stolen_and_used_after_its_owner_is_no_use(world: World) {
        let (one, other) = start_both(&world, &[NO_GRACE]).await;
        register(&one, "ada").await;
        let stolen = sign_in_ada(&one).await;
        let owners = Tokens::of(&refresh(&one, &stolen).await);
        assert_eq!(me(&other, &owners).await, 200);
        refresh(&other, &stolen).await.assert_error(401, "UNAUTHORIZED");
        assert_over(&world, &[&one, &other], &owners).await;
    }

    /// The thief was first; the owner's next refresh ends what the thief has.
    async fn a_token_stolen_and_used_before_its_owner_is_of_use_until_the_owner_comes(world: World) {
        let (one, other) = start_both(&world, &[NO_GRACE]).await;
        register(&one, "ada").await;
        let owners = sign_in_ada(&one).await;
        let mut thiefs = Tokens::of(&refresh(&other, &owners).await);
        // However far the thief has come by then.
        for _ in 0..3 {
            thiefs = Tokens::of(&refresh(&other, &thiefs).await);
        }
        assert_eq!(me(&other, &thiefs).await, 200);
        refresh(&one, &owners).await.assert_error(401, "UNAUTHORIZED");
        assert_over(&world, &[&one, &other], &thiefs).await;
    }
}

/// A token that comes again is stolen, however soon.
const NO_GRACE: (&str, &str) = ("AUTH_REFRESH_GRACE_SECONDS", "0");

const REUSED: &str = "select count(*) from audit_log where action = 'session.reused'";

async fn start_both(
    world: &World,
    settings: &[(&'static str, &'static str)],
) -> (AshlarProcess, AshlarProcess) {
    let shared = [
        ("DATABASE_URL", world.database_url()),
        ("SECRET_KEY", SECRET_KEY),
    ];
    let variables = [&shared[..], settings].concat();
    tokio::join!(
        AshlarProcess::start(&variables),
        AshlarProcess::start(&variables)
    )
}

async fn sign_in_ada(server: &AshlarProcess) -> Tokens {
    let body = json!({ "email": email("ada"), "password": PASSWORD });
    let login = server.anonymous().post("/api/v1/auth/login").json(&body);
    Tokens::of(&login.send().await)
}

async fn refresh(server: &AshlarProcess, tokens: &Tokens) -> TestResponse {
    let body = json!({ "refresh_token": tokens.refresh });
    let post = server.anonymous().post("/api/v1/auth/refresh");
    post.json(&body).send().await
}

async fn me(server: &AshlarProcess, tokens: &Tokens) -> u16 {
    let client = server.bearer(&tokens.access);
    client.get("/api/v1/auth/me").send().await.status()
}

async fn current_session(server: &AshlarProcess, tokens: &Tokens) -> String {
    let list = server.bearer(&tokens.access).get("/api/v1/auth/sessions");
    let list: Value = list.send().await.assert_status(200).json();
    let mut rows = list["data"].as_array().unwrap().iter();
    let current = rows.find(|row| row["current"] == true).unwrap();
    current["id"].as_str().unwrap().to_owned()
}

async fn assert_refused_soon(server: &AshlarProcess, tokens: &Tokens) {
    eventually(WITHIN, "the other server refuses it", async || {
        me(server, tokens).await == 401
    })
    .await;
    assert_eq!(me(server, tokens).await, 401, "and goes on doing so");
}

/// The session is over on each server, and the audit log says why, once.
async fn assert_over(world: &World, servers: &[&AshlarProcess], tokens: &Tokens) {
    for server in servers {
        assert_refused_soon(server, tokens).await;
        refresh(server, tokens)
            .await
            .assert_error(401, "UNAUTHORIZED");
    }
    assert_eq!(count(world, REUSED).await, 1);
}
