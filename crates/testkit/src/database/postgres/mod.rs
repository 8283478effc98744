//! PostgreSQL: a clone of a migrated template for each test.

mod address;
mod leftovers;
mod template;

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use ashlar_core::ids::Id;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::sync::{Mutex, OnceCell};

/// What the names of tests' databases begin with. A run's number follows, then a count.
const PREFIX: &str = "ashlar_test_";

/// One test's database, and the connection from which it was made.
pub(crate) struct Clone {
    name: String,
    url: String,
    admin: Mutex<PgConnection>,
}

/// What a process needs once: the template, and the locks that tell others it is alive.
struct Run {
    /// Also the number of an advisory lock, held for as long as the process lives.
    number: i64,
    template: String,
    count: AtomicU32,
    /// Never used again, but the locks are its.
    _lease: Mutex<PgConnection>,
}

static RUN: OnceCell<Run> = OnceCell::const_new();

/// A new clone.
pub(super) async fn clone() -> Clone {
    let run = RUN.get_or_init(Run::begin).await;
    let name = format!(
        "{PREFIX}{:016x}_{}",
        run.number,
        run.count.fetch_add(1, Relaxed)
    );
    let mut admin = connect().await;
    // By copying files: half the time of the default, which writes every page to the log as well
    // (since PostgreSQL 15).
    let copy = format!(
        "create database {name} template {} strategy file_copy",
        run.template
    );
    execute(&mut admin, copy).await;
    Clone {
        url: address::of_database(&name),
        name,
        admin: Mutex::new(admin),
    }
}

impl Clone {
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Drops the database, whoever is still connected.
    pub(super) async fn drop_database(&self) {
        let mut admin = self.admin.lock().await;
        execute(
            &mut admin,
            format!("drop database {} with (force)", self.name),
        )
        .await;
    }
}

impl Run {
    async fn begin() -> Self {
        let mut lease = connect().await;
        let number = random();
        lock(&mut lease, "pg_advisory_lock", number).await;
        let template = template::find_or_make(&mut lease).await;
        leftovers::purge(&mut lease, number).await;
        Self {
            number,
            template,
            count: AtomicU32::new(0),
            _lease: Mutex::new(lease),
        }
    }
}

/// A connection to the database that the server's address names, from which others are made.
async fn connect() -> PgConnection {
    let outcome = PgConnection::connect(address::server()).await;
    outcome.unwrap_or_else(|error| {
        let address = ashlar_core::settings::mask_url(address::server());
        panic!(
            "PostgreSQL at {address} cannot be used: {error}; {}",
            address::ADVICE
        )
    })
}

async fn execute(connection: &mut PgConnection, statement: String) {
    let outcome = connection.execute(AssertSqlSafe(statement.clone())).await;
    outcome.unwrap_or_else(|error| panic!("{statement}: {error}"));
}

/// Calls one of PostgreSQL's functions for advisory locks: those that answer tell whether it is so.
async fn lock(connection: &mut PgConnection, function: &str, number: i64) -> bool {
    // As text, since some of the functions answer nothing.
    let statement = format!("select {function}($1)::text");
    let answer = sqlx::query_scalar::<_, Option<String>>(AssertSqlSafe(statement))
        .bind(number)
        .fetch_one(connection)
        .await;
    answer.unwrap().as_deref() == Some("true")
}

/// The names of the databases that begin so.
async fn databases(connection: &mut PgConnection, prefix: &str) -> Vec<String> {
    let names =
        sqlx::query_scalar("select datname::text from pg_database where starts_with(datname, $1)")
            .bind(prefix)
            .fetch_all(connection)
            .await;
    names.unwrap()
}

/// The random half of a new id.
fn random() -> i64 {
    let (_, random) = Id::<()>::new().as_uuid().as_u64_pair();
    random.cast_signed()
}
