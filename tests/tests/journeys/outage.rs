//! PostgreSQL goes away under load and comes back, as it does when it is restarted. Only this test's
//! database does, so that the others go on: it takes no connections, and all that there are end.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    time::{Duration, Instant},
};

use ashlar_testkit::{AshlarProcess, TestClient, World};
use futures_util::future::join_all;
use reqwest::Url;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, prelude::Uuid};
use serde_json::json;
use tokio::time::sleep;

use crate::{
    people::{SECRET_KEY, eventually, register},
    records::{assert_each_once, found, until_done},
};

/// How long the database is away.
const AWAY: Duration = Duration::from_secs(2);

/// A partition that somebody owned while the database went away is free after 15 s.
const WITHIN: Duration = Duration::from_secs(40);

mod a_database_that_is_restarted_under_load {
    #[test]
    fn postgres() {
        ashlar_testkit::run(ashlar_testkit::Backend::Postgres, super::restart_under_load);
    }
}

async fn restart_under_load(world: World) {
    let mut process = AshlarProcess::start(&[
        ("DATABASE_URL", world.database_url()),
        ("SECRET_KEY", SECRET_KEY),
        ("NOTIFICATIONS_ADMIN_EMAILS", "root@example.com"),
        ("DB_POOL_TIMEOUT", "1"),
    ])
    .await;
    let ada = register(&process, "ada").await;
    let load = Load::default();
    let outage = async {
        eventually(WITHIN, "posts are created", async || load.accepted() >= 20).await;
        let server = Server::of(&world).await;
        server.close().await;
        let closed = Instant::now();
        eventually(WITHIN, "requests fail", async || load.refused.get() > 0).await;
        ada.get("/api/v1/health/live")
            .send()
            .await
            .assert_status(200);
        let ready = ada.get("/api/v1/health/ready").send().await;
        ready.assert_error(503, "SERVICE_UNAVAILABLE");
        sleep(AWAY.saturating_sub(closed.elapsed())).await;
        server.open().await;
        let before = load.accepted();
        let goes_on = async || load.accepted() >= before + 20;
        eventually(WITHIN, "posts are created again", goes_on).await;
        load.is_over.set(true);
    };
    let writers = (0..4).map(|writer| load.write(&ada, writer));
    tokio::join!(outage, join_all(writers));
    until_done(&world, WITHIN).await;

    let posts: Vec<Uuid> = found(&world, "select id from posts").await;
    let posts: BTreeSet<Uuid> = posts.into_iter().collect();
    let accepted = load.accepted.take();
    let is_lost = |post: &&Uuid| !posts.contains(*post);
    assert_eq!(
        accepted.iter().find(is_lost),
        None,
        "it was answered with 201"
    );
    let query = "select key from outbox where name = 'post.created'";
    assert_each_once(&found(&world, query).await, &posts);
    let query = "select text from mailbox where recipient = 'root@example.com'";
    let mails: Vec<String> = found(&world, query).await;
    let mailed: Vec<Uuid> = mails
        .iter()
        .map(|mail| crate::killed::post_of(mail))
        .collect();
    assert_each_once(&mailed, &posts);

    let output = process.output();
    for said in ["signals_interrupted", "request_failed"] {
        assert!(output.contains(said), "{said} is not told:\n{output}");
    }
    assert!(!output.contains("panicked"), "{output}");
    assert_eq!(process.terminate().await.code(), Some(0), "{output}");
}

/// Clients that create posts, and what they were answered.
#[derive(Default)]
struct Load {
    accepted: RefCell<Vec<Uuid>>,
    refused: Cell<usize>,
    is_over: Cell<bool>,
}

impl Load {
    fn accepted(&self) -> usize {
        self.accepted.borrow().len()
    }

    /// Creates drafts until it is over. Each is accepted, or refused for now.
    async fn write(&self, author: &TestClient, writer: usize) {
        for number in 0.. {
            if self.is_over.get() {
                return;
            }
            let body = json!({ "title": format!("{writer} {number}"), "content": "…" });
            let answer = author.post("/api/v1/posts").json(&body).send().await;
            if answer.status() == 201 {
                let id = answer.json()["id"].as_str().unwrap().parse().unwrap();
                self.accepted.borrow_mut().push(id);
            } else {
                answer.assert_error(503, "SERVICE_UNAVAILABLE");
                self.refused.set(self.refused.get() + 1);
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The server of the test's database, by way of another database.
struct Server {
    connection: DatabaseConnection,
    database: String,
}

impl Server {
    async fn of(world: &World) -> Self {
        let mut url = Url::parse(world.database_url()).unwrap();
        let database = url.path().trim_start_matches('/').to_owned();
        url.set_path("postgres");
        let connection = Database::connect(url.as_str()).await.unwrap();
        Self {
            connection,
            database,
        }
    }

    async fn close(&self) {
        self.allow_connections(false).await;
        let statement = format!(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{}'",
            self.database
        );
        self.connection
            .execute_unprepared(&statement)
            .await
            .unwrap();
    }

    async fn open(&self) {
        self.allow_connections(true).await;
    }

    async fn allow_connections(&self, allowed: bool) {
        let statement = format!(
            "alter database {} with allow_connections {allowed}",
            self.database
        );
        self.connection
            .execute_unprepared(&statement)
            .await
            .unwrap();
    }
}
