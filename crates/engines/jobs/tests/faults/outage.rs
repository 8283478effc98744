//! PostgreSQL goes away under load, and comes back. Tests share the server, so it goes away for one database:
//! nobody may connect to it any more, and who is connected is cut off.

use std::time::Duration;

use ashlar_core::clock::Clock;
use ashlar_testkit::{Backend, World};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use tokio::time::sleep;

use crate::{
    assert_each_once, count, effects, enqueue, eventually, prepare,
    worker::{Part, Worker},
};

const JOBS: u32 = 500;

/// How long a job sleeps at most, in milliseconds: eight at once take three seconds for all of them.
const SLEEP: u64 = 100;

const OUTAGES: usize = 3;

const AWAY: Duration = Duration::from_millis(1_500);

/// How many jobs are done between two outages.
const BETWEEN: i64 = 60;

mod a_worker_goes_on_when_the_database_is_back {
    use super::*;

    #[test]
    fn postgres() {
        ashlar_testkit::run(Backend::Postgres, goes_on);
    }
}

async fn goes_on(world: World) {
    prepare(&world).await;
    enqueue(&world, &effects(0..JOBS, SLEEP), Clock::system().now()).await;
    let server = Server::of(&world).await;
    let _worker = Worker::start(&world, Part::Works, &[("JOBS_LEASE", "2")]);
    let mut done = 0;
    for _ in 0..OUTAGES {
        // The pool of the world is cut off as well.
        let connection = Database::connect(world.database_url()).await.unwrap();
        done += BETWEEN;
        let is_done = async || count(&connection, "state = 'completed'").await >= done;
        eventually("it works", is_done).await;
        done = count(&connection, "state = 'completed'").await;
        assert!(done < JOBS.into(), "it goes away under load");
        drop(connection);
        server.go_away().await;
        sleep(AWAY).await;
        server.come_back().await;
    }
    let connection = Database::connect(world.database_url()).await.unwrap();
    let is_done = async || count(&connection, "state <> 'completed'").await == 0;
    eventually("all is done", is_done).await;
    assert_each_once(&connection, "effects", 0..JOBS).await;
    assert!(count(&connection, "attempts > 1").await > 0, "it was felt");
    connection.close().await.unwrap();
}

/// The server, reached through another database.
struct Server {
    connection: DatabaseConnection,
    /// The name of the one that goes away.
    database: String,
}

impl Server {
    async fn of(world: &World) -> Self {
        let (server, database) = world.database_url().rsplit_once('/').unwrap();
        let connection = Database::connect(format!("{server}/postgres")).await;
        Self {
            connection: connection.unwrap(),
            database: database.to_owned(),
        }
    }

    async fn go_away(&self) {
        let database = &self.database;
        self.execute(format!(
            "ALTER DATABASE {database} WITH ALLOW_CONNECTIONS false"
        ))
        .await;
        let cut_off = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname";
        self.execute(format!("{cut_off} = '{database}'")).await;
    }

    async fn come_back(&self) {
        let database = &self.database;
        self.execute(format!(
            "ALTER DATABASE {database} WITH ALLOW_CONNECTIONS true"
        ))
        .await;
    }

    async fn execute(&self, sql: String) {
        self.connection.execute_unprepared(&sql).await.unwrap();
    }
}
