//! Queries on the dead among `parked_events`. The state is told by a literal, so that the partial
//! index serves.

use ashlar_core::page::{self, CursorValue, Page, PageRequest, SortBy};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Select,
    sea_query::{Expr, ExprTrait},
};

use super::{DeadLetterFilters, DeadLetterId, DeadLetterSort};
use crate::entity::parked::{ActiveModel, Column, Entity, Model, State};

pub(super) async fn list(
    connection: &impl ConnectionTrait,
    filters: &DeadLetterFilters,
    request: &PageRequest<DeadLetterSort>,
) -> Result<Page<Model>, DbErr> {
    let mut rows = dead();
    if let Some(handler) = &filters.handler {
        rows = rows.filter(Column::Handler.eq(handler));
    }
    if let Some(event) = &filters.event {
        rows = rows.filter(Column::Name.eq(event));
    }
    page::fetch(connection, rows, request).await
}

pub(super) async fn find(
    connection: &impl ConnectionTrait,
    id: DeadLetterId,
) -> Result<Option<Model>, DbErr> {
    dead().filter(Column::Id.eq(id)).one(connection).await
}

/// Gives a dead letter all its attempts again, from `now` on. Whether there was one.
pub(super) async fn replay(
    connection: &impl ConnectionTrait,
    id: DeadLetterId,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let again = ActiveModel {
        state: Set(State::Retrying),
        attempts: Set(0),
        next_attempt_at: Set(now),
        died_at: Set(None),
        ..Default::default()
    };
    let replayed = Entity::update_many()
        .set(again)
        .filter(Column::Id.eq(id))
        .filter(is_dead())
        .exec(connection)
        .await?;
    Ok(replayed.rows_affected == 1)
}

/// Deletes a dead letter. Whether there was one.
pub(super) async fn discard(
    connection: &impl ConnectionTrait,
    id: DeadLetterId,
) -> Result<bool, DbErr> {
    let deleted = Entity::delete_many()
        .filter(Column::Id.eq(id))
        .filter(is_dead())
        .exec(connection)
        .await?;
    Ok(deleted.rows_affected == 1)
}

fn dead() -> Select<Entity> {
    Entity::find().filter(is_dead())
}

fn is_dead() -> Expr {
    Expr::col((Entity, Column::State)).eq(Expr::cust("'dead'"))
}

impl SortBy<Entity> for DeadLetterSort {
    fn expression(self) -> Expr {
        match self {
            Self::CreatedAt => Expr::col((Entity, Column::CreatedAt)),
        }
    }

    fn value(self, row: &Model) -> CursorValue {
        match self {
            Self::CreatedAt => CursorValue::Time(row.created_at),
        }
    }
}
