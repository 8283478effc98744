//! Queries on `outbox`.

use std::sync::Arc;

use ashlar_core::{
    database::Database,
    events::{
        Incoming,
        outbox::entity::{Column, Entity, Model},
    },
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};

use super::{one_of, write};

/// The first `limit` events of `partition` that the broker has not had, in order, each with its
/// position.
pub(crate) async fn waiting(
    database: &Database,
    partition: i16,
    limit: u64,
) -> Result<(Vec<i64>, Vec<Incoming>), DbErr> {
    let rows = Entity::find()
        .filter(Column::Partition.eq(partition))
        .filter(Column::PublishedAt.is_null())
        .order_by_asc(Column::Position)
        .limit(limit)
        .all(database.connection())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.position, incoming(row)))
        .unzip())
}

/// Notes that the broker has these events.
pub(crate) async fn mark(
    database: &Database,
    positions: Vec<i64>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let backend = database.connection().get_database_backend();
    let statement = Query::update()
        .table(Entity)
        .value(Column::PublishedAt, now)
        .and_where(one_of(Expr::col(Column::Position), positions, backend))
        .take();
    write(database, &statement).await.map(|_| ())
}

/// Deletes up to `limit` events that the broker had before `until`; answers how many.
pub(crate) async fn prune(
    database: &Database,
    until: DateTime<Utc>,
    limit: u64,
) -> Result<usize, DbErr> {
    let old = Query::select()
        .column(Column::Position)
        .from(Entity)
        .and_where(Expr::col(Column::PublishedAt).is_not_null())
        .and_where(Expr::col(Column::PublishedAt).lt(until))
        .limit(limit)
        .take();
    let statement = Query::delete()
        .from_table(Entity)
        .and_where(Expr::col(Column::Position).in_subquery(old))
        .returning_col(Column::Position)
        .take();
    Ok(write(database, &statement).await?.len())
}

fn incoming(row: Model) -> Incoming {
    Incoming {
        id: row.id,
        name: row.name.into(),
        // It was a `u16` when it was stored.
        version: u16::try_from(row.version).unwrap_or_default(),
        key: row.key,
        payload: row.payload.into(),
        occurred_at: row.occurred_at,
        request_id: row.request_id.map(Arc::from),
        traceparent: row.traceparent.map(Arc::from),
    }
}
