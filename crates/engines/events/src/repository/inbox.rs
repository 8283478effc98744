//! Queries on `inbox`.

use ashlar_core::{
    database::{Database, Transaction},
    events::EventId,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DbErr,
    sea_query::{Expr, ExprTrait, InsertStatement, OnConflict, Query, SelectStatement},
};
use uuid::Uuid;

use super::write;
use crate::entity::inbox::{Column, Entity};

/// Notes that `handler` received the events `ids`; answers those that it had not before.
pub(crate) async fn receive(
    transaction: &Transaction,
    handler: &'static str,
    ids: Vec<Uuid>,
    now: DateTime<Utc>,
) -> Result<Vec<EventId>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = match transaction.get_database_backend() {
        DatabaseBackend::Postgres => unnested(handler, ids, now)?,
        _ => listed(handler, ids, now),
    };
    statement
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .returning_col(Column::EventId);
    let rows = transaction.query_all(&statement).await?;
    rows.iter().map(|row| row.try_get("", "event_id")).collect()
}

/// Deletes up to `limit` rows that were received before `until`; answers how many.
pub(crate) async fn prune(
    database: &Database,
    until: DateTime<Utc>,
    limit: u64,
) -> Result<usize, DbErr> {
    let key = [Column::Handler, Column::EventId];
    let old = Query::select()
        .columns(key)
        .from(Entity)
        .and_where(Expr::col(Column::ReceivedAt).lt(until))
        .limit(limit)
        .take();
    let statement = Query::delete()
        .from_table(Entity)
        .and_where(Expr::tuple(key.map(Expr::col)).in_subquery(old))
        .returning_col(Column::EventId)
        .take();
    Ok(write(database, &statement).await?.len())
}

fn insert() -> InsertStatement {
    Query::insert()
        .into_table(Entity)
        .columns([Column::Handler, Column::EventId, Column::ReceivedAt])
        .take()
}

/// A statement whose text does not depend on how many there are, so that it is prepared once.
fn unnested(
    handler: &'static str,
    ids: Vec<Uuid>,
    now: DateTime<Utc>,
) -> Result<InsertStatement, DbErr> {
    let rows: SelectStatement = Query::select()
        .expr(Expr::val(handler))
        .expr(Expr::cust_with_values("unnest($1)", [ids]))
        .expr(Expr::val(now))
        .take();
    let mut statement = insert();
    statement
        .select_from(rows)
        .map_err(|error| DbErr::Custom(error.to_string()))?;
    Ok(statement)
}

fn listed(handler: &'static str, ids: Vec<Uuid>, now: DateTime<Utc>) -> InsertStatement {
    let mut statement = insert();
    for id in ids {
        statement.values_panic([handler.into(), id.into(), now.into()]);
    }
    statement
}
