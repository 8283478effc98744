//! A process that dies in the middle of a migration leaves a true version table, and the lock free.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use ashlar_migration::Migrator;
use sea_orm::{ConnectionTrait, Database, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use crate::database::{Scratch, schema, strings};
use crate::on_both_databases;

on_both_databases!(a_process_that_is_killed_leaves_a_true_version_table);

/// What the process is told its database by.
const URL: &str = "ASHLAR_MIGRATION_KILLED_URL";

/// What it says once it is in the middle.
const REACHED: &str = "in the middle";

/// Makes a table with a row.
struct Whole;

/// Makes a table, and has another statement to come.
struct Half {
    /// Whether the process waits between the two, to be killed.
    waits: bool,
}

impl MigrationName for Whole {
    fn name(&self) -> &str {
        "m20260101_000000_make_whole"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Whole {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(
            "create table whole (id integer primary key); insert into whole values (1)",
        )
        .await
        .map(drop)
    }
}

impl MigrationName for Half {
    fn name(&self) -> &str {
        "m20260102_000000_make_halves"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Half {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(
            "create table first_half (id integer primary key); delete from whole",
        )
        .await?;
        if self.waits {
            say(REACHED);
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        db.execute_unprepared("create table second_half (id integer primary key)")
            .await
            .map(drop)
    }
}

fn migrations(waits: bool) -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Whole), Box::new(Half { waits })]
}

/// On standard output, past the test harness.
fn say(line: &str) {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}").unwrap();
}

#[tokio::test]
#[ignore = "it is what the other tests start as a process"]
#[expect(
    clippy::disallowed_methods,
    reason = "what a process is told is not a setting"
)]
async fn migrate() {
    let Ok(url) = env::var(URL) else { return };
    let db = Database::connect(url).await.unwrap();
    Migrator::new(migrations(true)).up(&db, None).await.unwrap();
}

async fn a_process_that_is_killed_leaves_a_true_version_table(scratch: &Scratch) {
    let mut process = Command::new(env::current_exe().unwrap())
        .args(["killed::migrate", "--exact", "--ignored", "--nocapture"])
        .env(URL, &scratch.url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    assert!(
        lines.any(|line| line.unwrap().contains(REACHED)),
        "it ended too early"
    );
    // SIGKILL: it has no time for anything.
    process.kill().unwrap();
    process.wait().unwrap();

    let db = scratch.connect().await;
    let recorded = "select version from seaql_migrations order by 1";
    assert_eq!(strings(&db, recorded).await, [Whole.name()]);
    let tables = schema(&db).await.join("\n");
    assert!(
        tables.contains("whole") && !tables.contains("half"),
        "{tables}"
    );
    let rows = "select cast(id as text) from whole";
    assert_eq!(strings(&db, rows).await, ["1"]);

    let applied = Migrator::new(migrations(false))
        .lock_wait(Duration::from_secs(10))
        .up(&db, None)
        .await
        .unwrap();
    assert_eq!(applied, [Half { waits: false }.name()]);
    let tables = schema(&db).await.join("\n");
    assert!(tables.contains("second_half"), "{tables}");
}
