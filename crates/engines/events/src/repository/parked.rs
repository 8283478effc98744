//! Queries on `parked_events`, for the consumers. What is retried is told by a literal, so that the
//! partial indexes serve.

use std::collections::HashMap;

use ashlar_core::database::{Database, Transaction};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, LockBehavior, LockType, Query, SelectStatement},
};
use uuid::Uuid;

use super::one_of;
use crate::entity::parked::{ActiveModel, Column, Entity, Model};

pub(crate) async fn insert(transaction: &Transaction, rows: Vec<ActiveModel>) -> Result<(), DbErr> {
    if rows.is_empty() {
        return Ok(());
    }
    Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await
        .map(|_| ())
}

/// Which of `keys` wait for a parked event of `handler`, and until when.
pub(crate) async fn blocked(
    transaction: &Transaction,
    handler: &'static str,
    keys: Vec<Uuid>,
) -> Result<HashMap<Uuid, DateTime<Utc>>, DbErr> {
    let backend = transaction.get_database_backend();
    let rows: Vec<(Uuid, DateTime<Utc>)> = Entity::find()
        .select_only()
        .column(Column::Key)
        .column_as(Column::NextAttemptAt.max(), "until")
        .filter(Column::Handler.eq(handler))
        .filter(is_retrying(Entity))
        .filter(one_of(Expr::col(Column::Key), keys, backend))
        .group_by(Column::Key)
        .into_tuple()
        .all(transaction)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Up to `limit` handlers (of `handlers`) and keys whose first parked event is due, and nobody is at:
/// else those that a process holds which no longer moves would hide the others for good.
pub(crate) async fn due(
    database: &Database,
    handlers: &[&'static str],
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<(String, Uuid)>, DbErr> {
    let earlier = Alias::new("earlier");
    let before = Query::select()
        .expr(Expr::val(1))
        .from_as(Entity, earlier.clone())
        .and_where(is_retrying(earlier.clone()))
        .and_where(Expr::col((earlier.clone(), Column::Handler)).equals((Entity, Column::Handler)))
        .and_where(Expr::col((earlier.clone(), Column::Key)).equals((Entity, Column::Key)))
        .and_where(Expr::col((earlier, Column::Position)).lt(Expr::col((Entity, Column::Position))))
        .take();
    Entity::find()
        .select_only()
        .columns([Column::Handler, Column::Key])
        .filter(is_retrying(Entity))
        .filter(Column::Handler.is_in(handlers.iter().copied()))
        .filter(Column::NextAttemptAt.lte(now))
        .filter(Expr::exists(before).not())
        .order_by_asc(Column::NextAttemptAt)
        .limit(limit)
        // The weakest lock that is not to be had beside the one of who tries it.
        .lock_with_behavior(LockType::KeyShare, LockBehavior::SkipLocked)
        .into_tuple()
        .all(database.connection())
        .await
}

/// When the next parked event of `handlers` that is not due yet is.
pub(crate) async fn next_due(
    database: &Database,
    handlers: &[&'static str],
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::NextAttemptAt)
        .filter(is_retrying(Entity))
        .filter(Column::Handler.is_in(handlers.iter().copied()))
        .filter(Column::NextAttemptAt.gt(now))
        .order_by_asc(Column::NextAttemptAt)
        .limit(1)
        .into_tuple()
        .one(database.connection())
        .await
}

/// The first parked event of `key`, if it is due and nobody else is at it, and up to `more` that
/// wait behind it. It is locked until the transaction ends, and with it the key.
pub(crate) async fn take(
    transaction: &Transaction,
    handler: &'static str,
    key: Uuid,
    more: u64,
    now: DateTime<Utc>,
) -> Result<Vec<Model>, DbErr> {
    let head = Entity::find()
        .filter(Column::Position.in_subquery(first(handler, key)))
        .filter(is_retrying(Entity))
        .filter(Column::NextAttemptAt.lte(now))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .one(transaction)
        .await?;
    let Some(head) = head else {
        return Ok(Vec::new());
    };
    let mut rows = vec![head];
    if more > 0 {
        let behind = Entity::find()
            .filter(Column::Handler.eq(handler))
            .filter(Column::Key.eq(key))
            .filter(is_retrying(Entity))
            .filter(Column::Position.gt(rows[0].position))
            .filter(Column::NextAttemptAt.lte(now))
            .order_by_asc(Column::Position)
            .limit(more)
            .all(transaction)
            .await?;
        rows.extend(behind);
    }
    Ok(rows)
}

/// Deletes what has been handled.
pub(crate) async fn delete(transaction: &Transaction, positions: Vec<i64>) -> Result<(), DbErr> {
    let backend = transaction.get_database_backend();
    Entity::delete_many()
        .filter(one_of(Expr::col(Column::Position), positions, backend))
        .exec(transaction)
        .await
        .map(|_| ())
}

/// Writes what came of another attempt at `tried`, unless somebody else tried it meanwhile; what
/// waits behind it then waits as long.
pub(crate) async fn record(
    transaction: &Transaction,
    tried: &Model,
    outcome: ActiveModel,
    next_attempt_at: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let written = Entity::update_many()
        .set(outcome)
        .filter(Column::Position.eq(tried.position))
        .filter(is_retrying(Entity))
        .filter(Column::Attempts.eq(tried.attempts))
        .exec(transaction)
        .await?;
    if written.rows_affected == 0 {
        return Ok(false);
    }
    Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(next_attempt_at))
        .filter(Column::Handler.eq(&tried.handler))
        .filter(Column::Key.eq(tried.key))
        .filter(is_retrying(Entity))
        .filter(Column::Position.gt(tried.position))
        .exec(transaction)
        .await?;
    Ok(true)
}

fn first(handler: &'static str, key: Uuid) -> SelectStatement {
    Query::select()
        .expr(Expr::col(Column::Position).min())
        .from(Entity)
        .and_where(Expr::col(Column::Handler).eq(handler))
        .and_where(Expr::col(Column::Key).eq(key))
        .and_where(is_retrying(Entity))
        .take()
}

fn is_retrying(table: impl sea_orm::sea_query::IntoIden) -> Expr {
    Expr::col((table.into_iden(), Column::State)).eq(Expr::cust("'retrying'"))
}
