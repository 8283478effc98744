//! Beginning a task, and its end.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, OnConflict},
};

use super::{
    BackgroundTask, Status, Task, TaskId,
    state::{derive, of},
    table::{ActiveModel, Column, Entity, Model},
};
use crate::{
    database::Transaction,
    jobs::{Enqueue, JobId, Lost, Run},
    principal::UserId,
};

/// Begins `task` for `user` if `transaction` is committed. A task that is under way or completed is
/// left alone, and answered; a failed one is begun again, and with `refresh` a completed one too,
/// whose result is gone then. However many begin it at once, it is enqueued once.
///
/// # Errors
///
/// What the database says, or that the task cannot be written as JSON.
pub async fn begin<T: BackgroundTask>(
    transaction: &Transaction,
    user: UserId,
    task: &T,
    refresh: bool,
    now: DateTime<Utc>,
) -> Result<Task, DbErr> {
    let row = match lock(transaction, user, T::KIND).await? {
        Some(row) => {
            let current = derive(transaction, &row).await?;
            if !begins_anew(current.status, refresh) {
                return Ok(current);
            }
            row
        }
        // Whoever comes second waits here for the first, and then finds what that one began.
        None => match insert(transaction, user, T::KIND, now).await? {
            Some(row) => row,
            None => return found(transaction, user, T::KIND).await,
        },
    };
    // The key also keeps an older job of this task, which somebody retries, from running beside.
    let job = Enqueue::new(task)
        .unique(user.to_string())
        .within(transaction, now)
        .await?;
    let row = restart(transaction, row, job, now).await?;
    derive(transaction, &row).await
}

/// Stores what came of `user`'s task, and completes its job, as part of `transaction`: with it, what
/// else is written there happens once. A task that was begun anew since keeps the newer one's
/// result.
///
/// # Errors
///
/// [`Lost`]: roll back.
pub async fn complete<T: BackgroundTask>(
    transaction: &Transaction,
    run: &Run,
    user: UserId,
    result: &T::Result,
    now: DateTime<Utc>,
) -> Result<(), Lost> {
    let text = serde_json::to_string(result).map_err(|error| DbErr::Json(error.to_string()))?;
    let stored = Entity::update_many()
        .col_expr(Column::Result, Expr::value(text))
        .col_expr(Column::CompletedAt, Expr::value(now))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::UserId.eq(user))
        .filter(Column::Kind.eq(T::KIND))
        .filter(Column::JobId.eq(run.id()))
        .exec(transaction)
        .await?;
    if stored.rows_affected == 0 {
        tracing::info!(kind = T::KIND, job_id = %run.id(), "background_result_unwanted");
    }
    run.complete(transaction, now).await
}

/// Forgets `user`'s task of `kind` and its result: for when the user is gone.
///
/// # Errors
///
/// What the database says.
pub async fn forget(
    connection: &impl ConnectionTrait,
    user: UserId,
    kind: &str,
) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::UserId.eq(user))
        .filter(Column::Kind.eq(kind))
        .exec(connection)
        .await?;
    Ok(())
}

fn begins_anew(status: Status, refresh: bool) -> bool {
    match status {
        Status::Failed => true,
        Status::Completed => refresh,
        Status::Pending | Status::Processing => false,
    }
}

async fn lock(transaction: &Transaction, user: UserId, kind: &str) -> Result<Option<Model>, DbErr> {
    of(user, kind).lock_exclusive().one(transaction).await
}

/// The new row; `None` when there is one already. Its job follows in the same transaction.
async fn insert(
    transaction: &Transaction,
    user: UserId,
    kind: &str,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let row = Model {
        id: TaskId::new(),
        user_id: user,
        kind: kind.to_owned(),
        job_id: JobId::new(),
        result: None,
        completed_at: None,
        created_at: now,
        updated_at: now,
    };
    let mut one_each = OnConflict::columns([Column::UserId, Column::Kind]);
    let inserted = Entity::insert_many([ActiveModel::from(row.clone())])
        .on_conflict(one_each.do_nothing().to_owned())
        .exec_without_returning(transaction)
        .await?;
    Ok((inserted > 0).then_some(row))
}

/// The task that another began just now.
async fn found(transaction: &Transaction, user: UserId, kind: &str) -> Result<Task, DbErr> {
    let row = of(user, kind).one(transaction).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("the task that was just begun".into()))?;
    derive(transaction, &row).await
}

/// The row with its new job.
async fn restart(
    transaction: &Transaction,
    row: Model,
    job: JobId,
    now: DateTime<Utc>,
) -> Result<Model, DbErr> {
    let changes = ActiveModel {
        job_id: Set(job),
        result: Set(None),
        completed_at: Set(None),
        updated_at: Set(now),
        ..Default::default()
    };
    Entity::update_many()
        .set(changes)
        .filter(Column::Id.eq(row.id))
        .exec(transaction)
        .await?;
    Ok(Model {
        job_id: job,
        result: None,
        completed_at: None,
        updated_at: now,
        ..row
    })
}
