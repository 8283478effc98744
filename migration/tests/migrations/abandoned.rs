//! A run that is dropped in the middle, as by a shutdown, undoes itself and lets go of the lock.

use std::future;
use std::sync::Arc;

use ashlar_migration::Migrator;
use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};
use tokio::sync::Notify;

use crate::database::{Scratch, schema};
use crate::on_both_databases;

on_both_databases!(an_abandoned_run_leaves_nothing_behind);

/// Makes a table, says so, and never ends.
struct Endless(Arc<Notify>);

impl MigrationName for Endless {
    fn name(&self) -> &str {
        "m20200101_000000_make_table"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Endless {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("create table endless (id integer primary key)")
            .await?;
        self.0.notify_one();
        future::pending().await
    }
}

async fn an_abandoned_run_leaves_nothing_behind(scratch: &Scratch) {
    let reached = Arc::new(Notify::new());
    let db = scratch.connect_single().await;
    let run = tokio::spawn({
        let (db, endless) = (db.clone(), Endless(reached.clone()));
        async move { Migrator::new(vec![Box::new(endless)]).up(&db, None).await }
    });
    reached.notified().await;
    run.abort();
    assert!(run.await.unwrap_err().is_cancelled());

    assert_eq!(schema(&db).await, Vec::<String>::new());
    let pending = ashlar_migration::pending(&db).await.unwrap();
    assert_eq!(ashlar_migration::up(&db, None).await.unwrap(), pending);
}
