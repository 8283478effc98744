//! The version table, `seaql_migrations`: which migrations the database has applied, and when.

use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter,
    QueryOrder, RuntimeErr, Schema,
};
use sea_orm_migration::SchemaManager;
use sea_orm_migration::seaql_migrations::{Column, Entity};

/// A migration that was applied.
pub(crate) struct Applied {
    /// Its name.
    pub(crate) name: String,
    /// When, in seconds since 1970, by the database's clock.
    pub(crate) at: i64,
}

/// What was applied, by name: nothing when there is no version table yet. One query, no lock.
pub(crate) async fn read(db: &impl ConnectionTrait) -> Result<Vec<Applied>, DbErr> {
    match rows(db).await {
        Err(error) if is_missing_table(&error) => Ok(Vec::new()),
        answer => answer,
    }
}

/// What was applied, by name. Creates the version table when there is none.
pub(crate) async fn read_or_create(
    transaction: &DatabaseTransaction,
) -> Result<Vec<Applied>, DbErr> {
    // Asked beforehand: in PostgreSQL a failed query would spoil the transaction.
    if SchemaManager::new(transaction)
        .has_table("seaql_migrations")
        .await?
    {
        return rows(transaction).await;
    }
    let table = Schema::new(transaction.get_database_backend()).create_table_from_entity(Entity);
    transaction.execute(&table).await?;
    Ok(Vec::new())
}

/// Records a migration as applied now. The time is the database's: one clock for all who migrate.
pub(crate) async fn insert(db: &impl ConnectionTrait, name: &str) -> Result<(), DbErr> {
    let now = match db.get_database_backend() {
        DbBackend::Postgres => "extract(epoch from clock_timestamp())::bigint",
        _ => "unixepoch()",
    };
    let row = Query::insert()
        .into_table(Entity)
        .columns([Column::Version, Column::AppliedAt])
        .values_panic([name.into(), Expr::cust(now)])
        .take();
    db.execute(&row).await.map(drop)
}

/// Forgets an applied migration.
pub(crate) async fn delete(db: &impl ConnectionTrait, name: &str) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::Version.eq(name))
        .exec(db)
        .await
        .map(drop)
}

async fn rows(db: &impl ConnectionTrait) -> Result<Vec<Applied>, DbErr> {
    let rows = Entity::find().order_by_asc(Column::Version).all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| Applied {
            name: row.version,
            at: row.applied_at,
        })
        .collect())
}

fn is_missing_table(error: &DbErr) -> bool {
    let DbErr::Query(RuntimeErr::SqlxError(error)) = error else {
        return false;
    };
    let Some(error) = error.as_database_error() else {
        return false;
    };
    // PostgreSQL: undefined_table. SQLite has no code of its own for it.
    error.code().as_deref() == Some("42P01") || error.message().starts_with("no such table")
}
