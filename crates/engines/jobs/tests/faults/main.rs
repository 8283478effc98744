//! What the workers survive: processes that are killed, frozen, and told to stop, clocks that jump, databases that
//! go away, jobs that misbehave. One file a fault.
//!
//! Workers that are to die are processes of their own: this binary again, see [`worker`].

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod clock;
mod frozen;
mod killed;
mod misbehaving;
mod outage;
mod sqlite;
mod terminated;
mod versions;
mod worker;

use std::{ops::Range, time::Duration};

use ashlar_core::{
    clock::Clock,
    database::Database,
    domain::Domain,
    ids::Id,
    jobs::{Job, Perform, Run, enqueue_all},
    retry::{Failure, Retry},
    settings::{Reader, Source},
};
use ashlar_jobs::{Jobs, JobsSettings};
use ashlar_testkit::World;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::oneshot,
    time::{Instant, sleep},
};

/// How long anything may take that happens within seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sleeps, and then leaves its number in the table `effects`, in one transaction with its completion.
#[derive(Serialize, Deserialize)]
struct Effect {
    number: u32,
    millis: u64,
}

impl Job for Effect {
    const NAME: &'static str = "trial.effect";
    const RETRY: Retry = Retry {
        attempts: 30,
        first: Duration::from_millis(50),
        longest: Duration::from_millis(500),
    };
}

/// Sleeps, and then sees to it that its number is in the table `marks`. The worker completes it.
#[derive(Serialize, Deserialize)]
struct Mark {
    number: u32,
    millis: u64,
}

impl Job for Mark {
    const NAME: &'static str = "trial.mark";
    const RETRY: Retry = Effect::RETRY;
}

/// Does the jobs of both types.
#[derive(Clone)]
struct Trials {
    database: Database,
    clock: Clock,
    /// Whether its jobs never come to an end.
    stalls: bool,
}

impl Trials {
    fn domain(&self) -> Domain {
        Domain::new("trial", "Tries things out")
            .performs::<Effect>(self.clone())
            .performs::<Mark>(self.clone())
    }

    async fn work(&self, millis: u64) {
        if self.stalls {
            std::future::pending::<()>().await;
        }
        sleep(Duration::from_millis(millis)).await;
    }
}

impl Perform<Effect> for Trials {
    async fn perform(&self, Effect { number, millis }: Effect, run: &Run) -> Result<(), Failure> {
        self.work(millis).await;
        let transaction = self.database.begin().await?;
        let effect = format!("INSERT INTO effects (number) VALUES ({number})");
        transaction.execute_unprepared(&effect).await?;
        run.complete(&transaction, self.clock.now()).await?;
        transaction.commit().await?;
        Ok(())
    }
}

impl Perform<Mark> for Trials {
    async fn perform(&self, Mark { number, millis }: Mark, _: &Run) -> Result<(), Failure> {
        self.work(millis).await;
        let transaction = self.database.begin().await?;
        let mark = format!("INSERT INTO marks (number) VALUES ({number}) ON CONFLICT DO NOTHING");
        transaction.execute_unprepared(&mark).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Makes the tables that jobs leave their numbers in; that of effects takes a number twice.
async fn prepare(world: &World) {
    for table in [
        "CREATE TABLE effects (number INTEGER NOT NULL)",
        "CREATE TABLE marks (number INTEGER NOT NULL PRIMARY KEY)",
    ] {
        let database = world.database();
        database
            .connection()
            .execute_unprepared(table)
            .await
            .unwrap();
    }
}

/// The jobs with these numbers; each sleeps for up to `millis`.
fn effects(numbers: Range<u32>, millis: u64) -> Vec<Effect> {
    let effect = |number| Effect {
        number,
        millis: random(millis),
    };
    numbers.map(effect).collect()
}

async fn enqueue<J: Job>(world: &World, jobs: &[J], now: DateTime<Utc>) {
    let transaction = world.database().begin().await.unwrap();
    enqueue_all(&transaction, jobs, now).await.unwrap();
    transaction.commit().await.unwrap();
}

/// Workers in this process, on the world's clock.
fn jobs(world: &World, domain: Domain, settings: &[(&str, &str)]) -> Jobs {
    // Fewer jobs at once than a world has connections.
    let defaults = [
        ("JOBS_CONCURRENCY", "2"),
        ("JOBS_POLL_INTERVAL", "0.1"),
        ("JOBS_THREADS", "2"),
    ];
    let settings = defaults.iter().chain(settings).copied();
    let mut reader = Reader::new(Source::from_pairs(settings));
    let settings = JobsSettings::read(&mut reader);
    reader.finish().expect("the settings are sound");
    Jobs::new(world.database(), world.clock(), &[domain], &settings).expect("it fits together")
}

/// Lets `jobs` work until `scenario` is over, and then stop.
async fn while_working<T>(jobs: &Jobs, scenario: impl Future<Output = T>) -> T {
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async {
        // It is only ever dropped, which is as good.
        let _ = stopped.await;
    };
    let scenario = async {
        let outcome = scenario.await;
        drop(stop);
        outcome
    };
    // On the heap: a test's thread has little stack, and one of these may contain another.
    let ((), outcome) = tokio::join!(Box::pin(jobs.run(stopped)), Box::pin(scenario));
    outcome
}

/// The numbers in a table, in ascending order.
async fn numbers(connection: &DatabaseConnection, table: &str) -> Vec<u32> {
    let sql = format!("SELECT number FROM {table} ORDER BY number");
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    let number = |row: &sea_orm::QueryResult| row.try_get::<i32>("", "number").unwrap();
    rows.iter().map(|row| number(row).cast_unsigned()).collect()
}

/// How many jobs there are for which `condition` holds.
async fn count(connection: &DatabaseConnection, condition: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS jobs FROM jobs WHERE {condition}");
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await.unwrap();
    row.expect("a count is a row").try_get("", "jobs").unwrap()
}

/// As [`count`], in the database of `world`.
async fn count_in(world: &World, condition: &str) -> i64 {
    count(world.database().connection(), condition).await
}

/// That each of the numbers is in the table once, and that all jobs are completed, and held by nobody.
async fn assert_each_once(connection: &DatabaseConnection, table: &str, expected: Range<u32>) {
    let found = numbers(connection, table).await;
    assert_eq!(found, Vec::from_iter(expected), "each once in {table}");
    assert_eq!(count(connection, "state <> 'completed'").await, 0);
    assert_eq!(count(connection, "lease_until IS NOT NULL").await, 0);
}

/// Waits until it is so.
async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let patience = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(Instant::now() < patience, "never: {what}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until every job is completed.
async fn until_completed(world: &World) {
    let is_completed = async || count_in(world, "state <> 'completed'").await == 0;
    eventually("all jobs are completed", is_completed).await;
}

/// A random number up to `most`.
fn random(most: u64) -> u64 {
    let (_, random) = Id::<()>::new().as_uuid().as_u64_pair();
    random % (most + 1)
}
