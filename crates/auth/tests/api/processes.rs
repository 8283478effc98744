//! Several processes on one database: what one ends, all refuse.

use std::time::{Duration, Instant};

use actix_web::rt::task::JoinHandle;
use ashlar_core::{
    database::Database,
    settings::{DatabaseSettings, Reader, Source},
};
use ashlar_testkit::{Backend, TestResponse, World, on_each_database, run};
use serde_json::json;

use crate::{Member, Served, assert_unauthorized, auth_on, secret_key, serve};

/// How soon the others refuse what one process ended.
const AT_ONCE: Duration = Duration::from_secs(1);

/// A second process: connections and memory of its own.
struct Other {
    served: Served,
    database: Database,
    signals: JoinHandle<()>,
}

impl Other {
    async fn on(world: &World) -> Self {
        let pairs = [
            ("DATABASE_URL", world.database_url()),
            ("DB_POOL_SIZE", "3"),
        ];
        let mut reader = Reader::new(Source::from_pairs(pairs));
        let settings = DatabaseSettings::read(&mut reader);
        let database = Database::connect(&settings).await.unwrap();
        let auth = auth_on(&database, world, &secret_key(), &[]);
        let served = Served::of(world, auth).await;
        let signals = pass_signals(&database);
        Self {
            served,
            database,
            signals,
        }
    }

    /// Who asks this process with a token of the first.
    async fn me(&self, member: &Member) -> TestResponse {
        let client = self.served.app.bearer(&member.token);
        client.get("/api/v1/auth/me").send().await
    }

    /// Waits until this process refuses the token, and answers how it does.
    async fn refusal(&self, member: &Member) -> TestResponse {
        let begin = Instant::now();
        loop {
            let answer = self.me(member).await;
            if answer.status() != 200 {
                return answer;
            }
            assert!(begin.elapsed() < AT_ONCE + SLACK, "it is still accepted");
            actix_web::rt::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn close(self) {
        self.signals.abort();
        let _ = self.signals.await;
        let _ = self.database.close().await;
    }
}

/// What a busy machine may add.
const SLACK: Duration = Duration::from_secs(1);

fn pass_signals(database: &Database) -> JoinHandle<()> {
    let database = database.clone();
    actix_web::rt::spawn(async move { database.pass_signals().await })
}

on_each_database! {
    /// The second process remembers the session as good, and learns at once that it is not.
    async fn an_ended_session_is_refused_by_every_process(world: World) {
        let served = serve(&world).await;
        let other = Other::on(&world).await;
        let signals = pass_signals(&world.database());
        let ada = served.user("ada@example.org").await;
        for _ in 0..3 {
            let phone = served.member("ada@example.org", &ada.id.to_string()).await;
            other.me(&phone).await.assert_status(200);
            phone.client.post("/api/v1/auth/logout").send().await.assert_status(204);
            // The process that ended it never answers otherwise.
            assert_unauthorized(&phone.me().await, "Invalid authentication credentials");
            let refusal = other.refusal(&phone).await;
            assert_unauthorized(&refusal, "Invalid authentication credentials");
        }
        other.me(&ada).await.assert_status(200);
        signals.abort();
        other.close().await;
    }

    /// So it is with users, and with what they may do.
    async fn a_suspended_user_is_refused_by_every_process(world: World) {
        let served = serve(&world).await;
        let other = Other::on(&world).await;
        let signals = pass_signals(&world.database());
        let admin = served.admin("root@example.org").await;
        let ada = served.user("ada@example.org").await;
        other.me(&ada).await.assert_status(200);
        admin.patch(&ada, json!({ "status": "suspended" })).await.assert_status(200);
        let refusal = other.refusal(&ada).await;
        assert_eq!(refusal.status(), 401);
        signals.abort();
        other.close().await;
    }
}

/// PostgreSQL ends the connection on which a process listens: what it missed meanwhile it does not
/// believe.
#[test]
fn a_process_that_could_not_listen_believes_nothing_old() {
    run(Backend::Postgres, async |world: World| {
        let served = serve(&world).await;
        let other = Other::on(&world).await;
        let signals = pass_signals(&world.database());
        let ada = served.user("ada@example.org").await;
        other.me(&ada).await.assert_status(200);
        signals.abort();
        other.signals.abort();
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        // Nobody passes on what is ended now.
        ada.client
            .post("/api/v1/auth/logout")
            .send()
            .await
            .assert_status(204);
        other.me(&ada).await.assert_status(200);
        let listening = pass_signals(&other.database);
        let refusal = other.refusal(&ada).await;
        assert_unauthorized(&refusal, "Invalid authentication credentials");
        listening.abort();
        other.close().await;
    });
}
