//! What the relays survive: processes that are killed, and frozen for longer than their lease.
//!
//! Relays that are to die are processes of their own: this binary again, see [`relay`].

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod frozen;
mod killed;
mod relay;

use std::time::Duration;

use ashlar_core::{
    database::Transaction,
    domain::Domain,
    events::{Event, Handle, Received, publish},
    ids::Id,
    retry::Failure,
};
use ashlar_testkit::World;
use schemars::JsonSchema;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// How long anything may take that happens within seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many keys there are.
const KEYS: usize = 50;

/// How many events there are of each.
const EACH: i64 = 20;

/// How long a handler takes for an event.
const WORK: Duration = Duration::from_millis(10);

/// A number was counted.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Counted {
    key: Uuid,
    number: i64,
}

impl Event for Counted {
    const NAME: &'static str = "trial.counted";
    const ABOUT: &'static str = "A number was counted.";

    fn key(&self) -> Uuid {
        self.key
    }
}

/// Takes its time, and then appends the number.
struct Append;

impl Handle<Counted> for Append {
    async fn handle(
        &self,
        transaction: &Transaction,
        counted: &Received<Counted>,
    ) -> Result<(), Failure> {
        sleep(WORK).await;
        let sql = "INSERT INTO effects (key, number) VALUES ($1, $2)";
        let values = [counted.event.key.into(), counted.event.number.into()];
        let backend = transaction.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, sql, values);
        transaction.execute_raw(statement).await?;
        Ok(())
    }
}

fn domain() -> Domain {
    Domain::new("trial", "Tries things out").handles("trial.append", Append)
}

/// Makes the table that takes a number twice; answers the keys.
async fn prepare(world: &World) -> Vec<Uuid> {
    let number = if world.database().is_postgres() {
        "BIGSERIAL PRIMARY KEY"
    } else {
        "INTEGER PRIMARY KEY AUTOINCREMENT"
    };
    let effects = format!("CREATE TABLE effects (place {number}, key UUID, number BIGINT)");
    let database = world.database();
    let made = database.connection().execute_unprepared(&effects).await;
    made.expect("the statement is sound");
    (0..KEYS).map(|_| Id::<()>::new().as_uuid()).collect()
}

/// Publishes `number` of each of the keys, in one transaction: again, when the others leave SQLite's
/// one writer no turn.
async fn count(world: &World, keys: &[Uuid], number: i64) {
    let work = async |transaction: &Transaction| {
        for &key in keys {
            publish(transaction, &Counted { key, number }, world.now()).await?;
        }
        Ok::<(), DbErr>(())
    };
    world.database().transaction(work).await.unwrap();
}

/// Waits until every event is passed on.
async fn until_passed_on(world: &World) {
    let waiting = "SELECT COUNT(*) AS number FROM outbox WHERE published_at IS NULL";
    let is_empty = async || numbers(world, waiting, vec![]).await == [0];
    eventually("every event is passed on", is_empty).await;
}

/// That each event had its effect once, and those of a key in order.
async fn assert_once_in_order(world: &World, keys: &[Uuid]) {
    for &key in keys {
        let sql = "SELECT number FROM effects WHERE key = $1 ORDER BY place";
        let found = numbers(world, sql, vec![key.into()]).await;
        assert_eq!(found, Vec::from_iter(0..EACH), "{key}");
    }
    let all = i64::try_from(keys.len()).unwrap() * EACH;
    for (table, rows) in [("effects", all), ("inbox", all), ("parked_events", 0)] {
        let sql = format!("SELECT COUNT(*) AS number FROM {table}");
        assert_eq!(numbers(world, &sql, vec![]).await, [rows], "{table}");
    }
}

/// Who owns partitions at the moment, or did when it died.
async fn owners(world: &World) -> Vec<String> {
    #[derive(FromQueryResult)]
    struct Owner {
        owner: String,
    }
    let sql = "SELECT owner FROM outbox_partitions WHERE owner IS NOT NULL";
    let rows: Vec<Owner> = rows(world, sql, vec![]).await;
    rows.into_iter().map(|row| row.owner).collect()
}

/// The column `number` of what `sql` finds.
async fn numbers(world: &World, sql: &str, values: Vec<sea_orm::Value>) -> Vec<i64> {
    #[derive(FromQueryResult)]
    struct Number {
        number: i64,
    }
    let rows: Vec<Number> = rows(world, sql, values).await;
    rows.into_iter().map(|row| row.number).collect()
}

async fn rows<T: FromQueryResult>(world: &World, sql: &str, values: Vec<sea_orm::Value>) -> Vec<T> {
    let database = world.database();
    let backend = database.connection().get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, values);
    let rows = T::find_by_statement(statement).all(database.connection());
    rows.await.expect("the rows can be read")
}

/// Waits until it is so.
async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let patience = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(Instant::now() < patience, "never: {what}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// A random number up to `most`.
fn random(most: u64) -> u64 {
    let (_, random) = Id::<()>::new().as_uuid().as_u64_pair();
    random % (most + 1)
}
