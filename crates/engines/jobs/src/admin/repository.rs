//! An operator's queries on `jobs`.

use ashlar_core::{
    jobs::{
        JobId,
        table::{ActiveModel, Column, Entity, Model, State},
    },
    page::{self, CursorValue, Page, PageRequest, SortBy},
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{CaseStatement, Expr},
};

use super::schemas::{JobFilters, JobSort};

/// The unique index on the keys of unfinished jobs.
pub(super) const UNIQUE_KEY: &str = "ux_jobs_name_unique_key";

pub(super) async fn list(
    connection: &impl ConnectionTrait,
    filters: &JobFilters,
    request: &PageRequest<JobSort>,
) -> Result<Page<Model>, DbErr> {
    let mut rows = Entity::find();
    if let Some(state) = filters.state {
        // As text, not as a parameter: only then can the index over the failed ones serve it.
        rows = rows.filter(Expr::cust(format!("state = '{}'", state.as_str())));
    }
    if let Some(queue) = &filters.queue {
        rows = rows.filter(Column::Queue.eq(queue));
    }
    if let Some(name) = &filters.name {
        rows = rows.filter(Column::Name.eq(name));
    }
    page::fetch(connection, rows, request).await
}

pub(super) async fn find(
    connection: &impl ConnectionTrait,
    id: JobId,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(connection).await
}

/// Makes a failed or cancelled job one that may begin. The fence keeps out an older attempt that is
/// not over yet.
pub(super) async fn retry(
    connection: &impl ConnectionTrait,
    id: JobId,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let changes = ActiveModel {
        state: Set(State::Pending),
        attempts: Set(0),
        run_at: Set(now),
        worker: Set(None),
        lease_until: Set(None),
        cancel_requested: Set(false),
        progress: Set(0),
        message: Set(None),
        started_at: Set(None),
        finished_at: Set(None),
        ..Default::default()
    };
    let updated = Entity::update_many()
        .set(changes)
        .col_expr(Column::Fence, Expr::col(Column::Fence).add(1))
        .filter(Column::Id.eq(id))
        .filter(Column::State.is_in([State::Failed, State::Cancelled]))
        .exec_with_returning(connection)
        .await?;
    Ok(updated.into_iter().next())
}

/// Cancels a job that waits, and marks one that runs: one statement, so that none slips through
/// between waiting and running.
pub(super) async fn cancel(
    connection: &impl ConnectionTrait,
    id: JobId,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let unless_running = |running: Expr, waiting: Expr| {
        CaseStatement::new()
            .case(Column::State.eq(State::Running), running)
            .finally(waiting)
    };
    let state = unless_running(Expr::col(Column::State), Expr::value(State::Cancelled));
    let finished_at = unless_running(Expr::col(Column::FinishedAt), Expr::value(now));
    let updated = Entity::update_many()
        .col_expr(Column::CancelRequested, Expr::value(true))
        .col_expr(Column::State, state.into())
        .col_expr(Column::FinishedAt, finished_at.into())
        .filter(Column::Id.eq(id))
        .filter(Column::State.is_in([State::Scheduled, State::Pending, State::Running]))
        .exec_with_returning(connection)
        .await?;
    Ok(updated.into_iter().next())
}

impl SortBy<Entity> for JobSort {
    fn expression(self) -> Expr {
        match self {
            Self::Id => Expr::col((Entity, Column::Id)),
        }
    }

    fn value(self, row: &Model) -> CursorValue {
        match self {
            Self::Id => CursorValue::Id(row.id.as_uuid()),
        }
    }
}
