//! Many migrate at once: one works, the others wait.

use std::time::Duration;

use ashlar_migration::{Error, Migrator};
use sea_orm::{
    ConnectionTrait, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};
use tokio::task::JoinSet;

use crate::database::{Scratch, schema, strings};
use crate::on_both_databases;

on_both_databases!(
    a_migration_outside_of_a_transaction_does_not_wait_for_the_waiting,
    a_process_that_gives_up_says_so,
    each_migration_runs_once,
    up_and_down_at_once_leave_a_true_version_table,
);

/// Says so each time it runs, in a table that takes it twice. Its statement is slow enough for the
/// others to come.
struct Note(&'static str);

impl MigrationName for Note {
    fn name(&self) -> &str {
        self.0
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Note {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("create table if not exists notes (name text not null)")
            .await?;
        db.execute_unprepared(
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < 100000)
             insert into notes select 'busy' from n where i < 0",
        )
        .await?;
        db.execute_unprepared(&format!("insert into notes values ('{}')", self.0))
            .await
            .map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(&format!("delete from notes where name = '{}'", self.0))
            .await
            .map(drop)
    }
}

/// PostgreSQL refuses this in a transaction, and runs it only when no older snapshot is left.
struct Concurrently;

impl MigrationName for Concurrently {
    fn name(&self) -> &str {
        "m20260109_000000_index_notes"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Concurrently {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let concurrently = match manager.get_database_backend() {
            sea_orm::DbBackend::Postgres => "concurrently",
            _ => "",
        };
        let db = manager.get_connection();
        db.execute_unprepared(&format!(
            "create index {concurrently} ix_notes_name on notes (name)"
        ))
        .await
        .map(drop)
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }
}

fn notes() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(Note("m20260101_000000_write_note")),
        Box::new(Note("m20260102_000000_write_note")),
        Box::new(Note("m20260103_000000_write_note")),
    ]
}

/// Runs `migrate` in eight tasks, each with a pool of its own, and gathers what they applied.
async fn at_once(
    scratch: &Scratch,
    migrations: fn() -> Vec<Box<dyn MigrationTrait>>,
) -> Vec<String> {
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let db = scratch.connect_single().await;
        tasks.spawn(async move { Migrator::new(migrations()).up(&db, None).await });
    }
    let mut applied = Vec::new();
    for outcome in tasks.join_all().await {
        applied.extend(outcome.unwrap());
    }
    applied.sort();
    applied
}

async fn each_migration_runs_once(scratch: &Scratch) {
    let applied = at_once(scratch, notes).await;

    let db = scratch.connect().await;
    let expected: Vec<String> = notes().iter().map(|note| note.name().to_owned()).collect();
    assert_eq!(applied, expected);
    assert_eq!(
        strings(&db, "select name from notes order by name").await,
        expected
    );
    assert_eq!(
        strings(&db, "select version from seaql_migrations order by 1").await,
        expected
    );
}

async fn a_migration_outside_of_a_transaction_does_not_wait_for_the_waiting(scratch: &Scratch) {
    fn with_index() -> Vec<Box<dyn MigrationTrait>> {
        let mut migrations = notes();
        migrations.push(Box::new(Concurrently));
        migrations
    }

    let applied = at_once(scratch, with_index).await;

    let db = scratch.connect().await;
    assert_eq!(applied.len(), 4);
    assert_eq!(
        strings(&db, "select version from seaql_migrations")
            .await
            .len(),
        4
    );
    assert!(
        schema(&db)
            .await
            .iter()
            .any(|line| line.contains("ix_notes_name"))
    );
}

async fn up_and_down_at_once_leave_a_true_version_table(scratch: &Scratch) {
    let db = scratch.connect_single().await;
    Migrator::new(notes()).up(&db, None).await.unwrap();
    let mut tasks = JoinSet::new();
    for number in 0..6 {
        let db = scratch.connect_single().await;
        tasks.spawn(async move {
            let migrator = Migrator::new(notes());
            if number % 2 == 0 {
                migrator.down(&db, 2).await
            } else {
                migrator.up(&db, None).await
            }
        });
    }
    for outcome in tasks.join_all().await {
        outcome.unwrap();
    }

    let recorded = strings(&db, "select version from seaql_migrations order by 1").await;
    assert_eq!(
        strings(&db, "select name from notes order by name").await,
        recorded
    );
}

async fn a_process_that_gives_up_says_so(scratch: &Scratch) {
    let other = scratch.connect().await;
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let held = other.begin_with_options(options).await.unwrap();
    if held.get_database_backend() == sea_orm::DbBackend::Postgres {
        // What a migrator of any build takes; it ends with this transaction.
        held.execute_unprepared("select pg_advisory_xact_lock(x'6173686c61726d67'::bigint)")
            .await
            .unwrap();
    }
    let db = scratch.connect().await;
    let patience = Duration::from_millis(300);

    let refused = Migrator::new(notes())
        .lock_wait(patience)
        .up(&db, None)
        .await
        .unwrap_err();
    assert!(
        matches!(refused, Error::Locked(waited) if waited == patience),
        "{refused:?}"
    );
    held.rollback().await.unwrap();

    assert_eq!(Migrator::new(notes()).up(&db, None).await.unwrap().len(), 3);
}
