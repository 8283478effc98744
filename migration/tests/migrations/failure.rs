//! A migration that fails leaves nothing behind.

use ashlar_migration::{Error, Migrator};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use crate::database::{Scratch, schema, strings};
use crate::on_both_databases;

on_both_databases!(
    a_failure_halfway_down_leaves_schema_and_version_as_before,
    a_failure_halfway_leaves_schema_and_version_as_before,
    a_first_failure_leaves_an_empty_database,
);

/// Two tables; the one that refers to the other may be there first.
struct Tables;

/// Fails after it has changed the schema and written a row, whichever way it goes.
struct Halfway;

/// Leaves a row that refers to nothing.
struct Orphan;

impl MigrationName for Tables {
    fn name(&self) -> &str {
        "m20260101_000000_create_tables"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Tables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("create table parents (id integer primary key)")
            .await?;
        db.execute_unprepared(
            "create table children (id integer primary key, parent integer not null references parents (id))",
        )
        .await
        .map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("drop table children").await?;
        db.execute_unprepared("create table halfway (id integer primary key)")
            .await?;
        db.execute_unprepared("drop table no_such_table")
            .await
            .map(drop)
    }
}

impl MigrationName for Halfway {
    fn name(&self) -> &str {
        "m20260102_000000_go_halfway"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Halfway {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("create table halfway (id integer primary key)")
            .await?;
        db.execute_unprepared("insert into parents values (1)")
            .await?;
        db.execute_unprepared("insert into no_such_table values (1)")
            .await
            .map(drop)
    }
}

impl MigrationName for Orphan {
    fn name(&self) -> &str {
        "m20260103_000000_add_orphan"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Orphan {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("insert into children values (1, 7)")
            .await
            .map(drop)
    }
}

async fn a_failure_halfway_leaves_schema_and_version_as_before(scratch: &Scratch) {
    let db = scratch.connect_single().await;
    let migrator = Migrator::new(vec![Box::new(Halfway), Box::new(Tables)]);
    migrator.up(&db, Some(1)).await.unwrap();
    let before = schema(&db).await;

    let failure = migrator.up(&db, None).await.unwrap_err();

    assert!(
        matches!(&failure, Error::Failed { name, .. } if name == Halfway.name()),
        "{failure:?}"
    );
    assert!(
        std::error::Error::source(&failure)
            .unwrap()
            .to_string()
            .contains("no_such_table")
    );
    assert_eq!(schema(&db).await, before);
    assert_eq!(versions(&db).await, [Tables.name()]);
    assert_eq!(
        strings(&db, "select 'row' from parents").await,
        Vec::<String>::new()
    );
    // The lock is free again.
    let quick = Migrator::new(vec![Box::new(Tables), Box::new(Orphan)])
        .lock_wait(std::time::Duration::ZERO);
    let failure = quick.up(&db, None).await.unwrap_err();
    assert!(
        matches!(&failure, Error::Failed { name, .. } if name == Orphan.name()),
        "{failure:?}"
    );
    assert_eq!(versions(&db).await, [Tables.name()]);
    assert_eq!(
        strings(&db, "select 'row' from children").await,
        Vec::<String>::new()
    );
}

async fn a_failure_halfway_down_leaves_schema_and_version_as_before(scratch: &Scratch) {
    let db = scratch.connect_single().await;
    let migrator = Migrator::new(vec![Box::new(Tables)]);
    migrator.up(&db, None).await.unwrap();
    let before = schema(&db).await;

    let failure = migrator.down(&db, 1).await.unwrap_err();

    assert!(
        matches!(&failure, Error::Failed { name, .. } if name == Tables.name()),
        "{failure:?}"
    );
    assert_eq!(schema(&db).await, before);
    assert_eq!(versions(&db).await, [Tables.name()]);
}

async fn a_first_failure_leaves_an_empty_database(scratch: &Scratch) {
    let db = scratch.connect().await;

    Migrator::new(vec![Box::new(Halfway)])
        .up(&db, None)
        .await
        .unwrap_err();

    assert_eq!(schema(&db).await, Vec::<String>::new());
}

async fn versions(db: &DatabaseConnection) -> Vec<String> {
    strings(db, "select version from seaql_migrations order by version").await
}
