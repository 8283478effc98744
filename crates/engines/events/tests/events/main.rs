//! Events from the outbox to their handlers, on both databases. One file a subject.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod dead_letters;
mod failing;
mod health;
mod isolation;
mod once;
mod prune;
mod relays;

use std::{sync::Arc, time::Duration};

use ashlar_core::{
    database::Transaction,
    domain::Domain,
    events::{Event, EventId, Handle, Received, publish},
    ids::Id,
    retry::{Failure, Retry},
};
use ashlar_events::{Broker, Events, EventsSettings, Groups, InProcess};
use ashlar_testkit::World;
use schemars::JsonSchema;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A number was counted.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Counted {
    key: Uuid,
    number: i64,
}

impl Event for Counted {
    const NAME: &'static str = "test.counted";
    const ABOUT: &'static str = "A number was counted.";

    fn key(&self) -> Uuid {
        self.key
    }
}

/// How a handler treats an event after it has written its number.
enum Then {
    Succeed,
    Fail,
    FailForGood,
    FailAndAskFor(Duration),
    Panic,
    /// Breaks a rule of the database, and goes on as if nothing were.
    Swallow,
}

/// Writes each number, and then does as it is told.
struct Count<F>(F);

impl<F: Fn(&Counted) -> Then + Send + Sync + 'static> Handle<Counted> for Count<F> {
    const RETRY: Retry = Retry {
        attempts: 3,
        first: Duration::from_secs(2),
        longest: Duration::from_secs(60),
    };

    async fn handle(
        &self,
        transaction: &Transaction,
        counted: &Received<Counted>,
    ) -> Result<(), Failure> {
        write(transaction, &counted.event).await?;
        match (self.0)(&counted.event) {
            Then::Succeed => Ok(()),
            Then::Fail => Err(std::io::Error::other("out of cheese").into()),
            Then::FailForGood => Err(Failure::permanent("never again")),
            Then::FailAndAskFor(wait) => Err(Failure::after(wait, "later")),
            Then::Panic => panic!("out of order"),
            Then::Swallow => {
                let twice = "INSERT INTO once (number) VALUES (1), (1)";
                assert!(transaction.execute_unprepared(twice).await.is_err());
                Ok(())
            }
        }
    }
}

async fn write(transaction: &Transaction, counted: &Counted) -> Result<(), DbErr> {
    let sql = "INSERT INTO effects (key, number) VALUES ($1, $2)";
    let values = [counted.key.into(), counted.number.into()];
    let backend = transaction.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, values);
    transaction.execute_raw(statement).await.map(|_| ())
}

/// A domain whose one handler counts, and then does as `then` says.
fn counting(then: impl Fn(&Counted) -> Then + Send + Sync + 'static) -> Domain {
    Domain::new("counting", "Counts").handles("counting.count", Count(then))
}

/// The engine for `domain`, with the broker in the process, and tables to write to.
async fn engine(world: &World, domain: Domain) -> Events {
    prepare(world).await;
    let domains = [domain];
    let groups = Groups::new(world.database(), world.clock(), &domains).expect("names differ");
    engine_with(world, &domains, Arc::new(InProcess::new(groups)))
}

fn engine_with(world: &World, domains: &[Domain], broker: Arc<dyn Broker>) -> Events {
    let settings = EventsSettings {
        poll_interval: Some(Duration::from_millis(50)),
        ..EventsSettings::default()
    };
    Events::new(world.database(), world.clock(), domains, &settings, broker)
        .expect("the engine fits together")
}

/// Makes the tables that handlers write to.
async fn prepare(world: &World) {
    let number = if world.database().is_postgres() {
        "BIGSERIAL PRIMARY KEY"
    } else {
        "INTEGER PRIMARY KEY AUTOINCREMENT"
    };
    let effects = format!("CREATE TABLE effects (place {number}, key UUID, number BIGINT)");
    run(world, &effects).await;
    run(world, "CREATE TABLE once (number BIGINT UNIQUE)").await;
}

async fn run(world: &World, sql: &str) {
    let database = world.database();
    let done = database.connection().execute_unprepared(sql).await;
    done.expect("the statement is sound");
}

fn new_key() -> Uuid {
    Id::<()>::new().as_uuid()
}

/// Publishes `numbers` of `key`, in one transaction.
async fn count(world: &World, key: Uuid, numbers: impl IntoIterator<Item = i64>) -> Vec<EventId> {
    let database = world.database();
    let transaction = database.begin().await.expect("a transaction begins");
    let mut ids = Vec::new();
    for number in numbers {
        let event = Counted { key, number };
        let published = publish(&transaction, &event, world.now()).await;
        ids.push(published.expect("it is published"));
    }
    transaction.commit().await.expect("it is committed");
    ids
}

/// The numbers of `key` that were written, in that order.
async fn effects(world: &World, key: Uuid) -> Vec<i64> {
    let sql = "SELECT number FROM effects WHERE key = $1 ORDER BY place";
    let rows: Vec<Number> = rows(world, sql, vec![key.into()]).await;
    rows.into_iter().map(|row| row.number).collect()
}

/// What the statement counts.
async fn tally(world: &World, sql: &str) -> i64 {
    let rows: Vec<Number> = rows(world, sql, vec![]).await;
    rows[0].number
}

async fn rows<T: FromQueryResult>(world: &World, sql: &str, values: Vec<sea_orm::Value>) -> Vec<T> {
    let database = world.database();
    let backend = database.connection().get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, values);
    let rows = T::find_by_statement(statement).all(database.connection());
    rows.await.expect("the rows can be read")
}

#[derive(FromQueryResult)]
struct Number {
    number: i64,
}

/// How many parked events are in `state`.
async fn parked(world: &World, state: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS number FROM parked_events WHERE state = '{state}'");
    tally(world, &sql).await
}
