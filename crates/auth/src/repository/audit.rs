//! Queries on `audit_log`.

use ashlar_core::{
    page::{self, CursorValue, Direction, Page, PageRequest, Position, SortBy},
    principal::UserId,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, Select,
    sea_query::{Expr, Func},
};

use crate::{
    entity::audit_log::{Column, Entity, Model},
    schemas::{ActivitySort, AuditFilters, AuditSort},
};

pub(crate) async fn insert(
    connection: &impl ConnectionTrait,
    rows: impl IntoIterator<Item = Model>,
) -> Result<(), DbErr> {
    let rows = rows
        .into_iter()
        .map(|row| row.into_active_model().reset_all());
    Entity::insert_many(rows)
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    filters: &AuditFilters,
    request: &PageRequest<AuditSort>,
) -> Result<Page<Model>, DbErr> {
    page::fetch(connection, selected(filters), request).await
}

/// The first `limit` entries behind `last`, oldest first, that were written no later than `end`.
pub(crate) async fn batch(
    connection: &impl ConnectionTrait,
    filters: &AuditFilters,
    end: DateTime<Utc>,
    last: Option<&Model>,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let rows = selected(filters).filter(Column::At.lte(end));
    let behind =
        |last: &Model| Position::After(vec![CursorValue::Time(last.at), CursorValue::Id(last.id)]);
    let request = PageRequest {
        limit,
        position: last.map_or(Position::Start, behind),
        sort: vec![(AuditSort::At, Direction::Ascending)],
    };
    Ok(page::fetch(connection, rows, &request).await?.data)
}

/// What `user_id` did, and what happened to them.
pub(crate) async fn activity(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    request: &PageRequest<ActivitySort>,
) -> Result<Page<Model>, DbErr> {
    let theirs = Condition::any()
        .add(Column::UserId.eq(user_id.as_uuid()))
        .add(Column::ActorId.eq(user_id.as_uuid()));
    page::fetch(connection, Entity::find().filter(theirs), request).await
}

fn selected(filters: &AuditFilters) -> Select<Entity> {
    let mut condition = Condition::all();
    if let Some(user_id) = filters.user_id {
        condition = condition.add(Column::UserId.eq(user_id.as_uuid()));
    }
    if let Some(actor_id) = filters.actor_id {
        condition = condition.add(Column::ActorId.eq(actor_id.as_uuid()));
    }
    if let Some(action) = &filters.action {
        condition = condition.add(Column::Action.eq(action));
    }
    if let Some(since) = filters.since {
        condition = condition.add(Column::At.gte(since));
    }
    if let Some(until) = filters.until {
        condition = condition.add(Column::At.lt(until));
    }
    Entity::find().filter(condition)
}

impl SortBy<Entity> for AuditSort {
    fn expression(self) -> Expr {
        match self {
            Self::At => Expr::col((Entity, Column::At)),
        }
    }

    fn value(self, row: &Model) -> CursorValue {
        match self {
            Self::At => CursorValue::Time(row.at),
        }
    }
}

impl SortBy<Entity> for ActivitySort {
    /// The time, in a form that no index knows. A planner that sees that the newest are wanted
    /// would else walk back through everybody's entries; so it finds one's own, by the indexes on
    /// `user_id` and `actor_id`, and sorts those.
    fn expression(self) -> Expr {
        let at = || Expr::col((Entity, Column::At));
        match self {
            Self::At => Func::coalesce([at(), at()]).into(),
        }
    }

    fn value(self, row: &Model) -> CursorValue {
        match self {
            Self::At => CursorValue::Time(row.at),
        }
    }
}
