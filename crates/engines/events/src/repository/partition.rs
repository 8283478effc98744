//! Queries on `outbox_partitions`: leases.

use ashlar_core::{
    database::Database,
    events::outbox::{PARTITIONS, entity as outbox},
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ConnectionTrait, DbErr, QueryResult,
    sea_query::{
        Condition, Expr, ExprTrait, LockBehavior, LockType, OnConflict, Order, Query,
        SelectStatement,
    },
};

use super::write;
use crate::entity::partition::{Column, Entity};

/// Makes the rows of all partitions, where they are missing.
pub(crate) async fn prepare(database: &Database) -> Result<(), DbErr> {
    let count = Query::select()
        .column(Column::Partition)
        .from(Entity)
        .take();
    let known = database.connection().query_all(&count).await?.len();
    if known >= usize::from(PARTITIONS.unsigned_abs()) {
        return Ok(());
    }
    let mut statement = Query::insert()
        .into_table(Entity)
        .columns([Column::Partition])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .take();
    for partition in 0..PARTITIONS {
        statement.values_panic([partition.into()]);
    }
    write(database, &statement).await.map(|_| ())
}

/// Makes `owner` the owner of up to `limit` partitions that have events waiting, are nobody's, and
/// are not among `except`; answers them. Those that waited longest come first.
pub(crate) async fn claim(
    database: &Database,
    owner: &str,
    except: &[i16],
    limit: u64,
    now: DateTime<Utc>,
    lease: TimeDelta,
) -> Result<Vec<i16>, DbErr> {
    let claimable = claimable(except, limit, now, lease);
    // Most looks find nothing, and on SQLite to look is free and to write is not.
    if !database.is_postgres()
        && database
            .connection()
            .query_all(&claimable)
            .await?
            .is_empty()
    {
        return Ok(Vec::new());
    }
    let statement = Query::update()
        .table(Entity)
        .value(Column::Owner, owner)
        .value(Column::LeaseUntil, now + lease)
        .and_where(Expr::col(Column::Partition).in_subquery(claimable))
        .returning_col(Column::Partition)
        .take();
    numbers(&write(database, &statement).await?)
}

/// Whether `owner` still owned `partition`; its lease begins anew.
pub(crate) async fn renew(
    database: &Database,
    owner: &str,
    partition: i16,
    now: DateTime<Utc>,
    lease: TimeDelta,
) -> Result<bool, DbErr> {
    let statement = Query::update()
        .table(Entity)
        .value(Column::LeaseUntil, now + lease)
        .cond_where(owned(owner, partition))
        .returning_col(Column::Partition)
        .take();
    Ok(!write(database, &statement).await?.is_empty())
}

/// Gives `partition` back, if `owner` still owns it.
pub(crate) async fn release(
    database: &Database,
    owner: &str,
    partition: i16,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let statement = Query::update()
        .table(Entity)
        .value(Column::Owner, Option::<String>::None)
        .value(Column::LeaseUntil, now)
        .cond_where(owned(owner, partition))
        .take();
    write(database, &statement).await.map(|_| ())
}

fn owned(owner: &str, partition: i16) -> Condition {
    Condition::all()
        .add(Expr::col(Column::Partition).eq(partition))
        .add(Expr::col(Column::Owner).eq(owner))
}

fn claimable(except: &[i16], limit: u64, now: DateTime<Utc>, lease: TimeDelta) -> SelectStatement {
    let waiting = Query::select()
        .expr(Expr::val(1))
        .from(outbox::Entity)
        .and_where(
            Expr::col((outbox::Entity, outbox::Column::Partition))
                .equals((Entity, Column::Partition)),
        )
        .and_where(Expr::col((outbox::Entity, outbox::Column::PublishedAt)).is_null())
        .take();
    let lease_until = || Expr::col((Entity, Column::LeaseUntil));
    let free = Condition::any()
        .add(Expr::col((Entity, Column::Owner)).is_null())
        .add(lease_until().lt(now))
        // No lease is that long: its owner's clock was wrong, or ours jumped back.
        .add(lease_until().gt(now + lease * 2));
    Query::select()
        .column((Entity, Column::Partition))
        .from(Entity)
        .cond_where(free)
        .and_where(Expr::exists(waiting))
        .and_where(Expr::col((Entity, Column::Partition)).is_not_in(except.iter().copied()))
        .order_by((Entity, Column::LeaseUntil), Order::Asc)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .take()
}

fn numbers(rows: &[QueryResult]) -> Result<Vec<i16>, DbErr> {
    rows.iter()
        .map(|row| row.try_get("", "partition"))
        .collect()
}
