//! How far a task is, and what came of it.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, DerivePartialModel, EntityTrait, QueryFilter, Select,
};
use serde::{Deserialize, Serialize};

use super::{
    BackgroundTask, TaskError, TaskId,
    table::{Column, Entity, Model},
};
use crate::{
    jobs::table::{self as jobs, State},
    principal::UserId,
    problem::Unexpected,
};

/// A task as its user sees it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "BackgroundTask")]
pub struct Task {
    /// Its id; it stays when the task is begun anew.
    pub task_id: TaskId,
    /// How far it is.
    pub status: Status,
    /// How much of it is done, in percent.
    #[schemars(range(min = 0, max = 100))]
    pub progress: u8,
    /// What it is at, in its own words.
    pub message: Option<String>,
    /// Why it failed.
    pub error_message: Option<String>,
    /// When it was begun for the first time.
    pub created_at: DateTime<Utc>,
    /// When the work on it began; not known any more some days after its end.
    pub started_at: Option<DateTime<Utc>>,
    /// When its result was there.
    pub completed_at: Option<DateTime<Utc>>,
}

/// How far a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(rename = "BackgroundTaskStatus")]
pub enum Status {
    /// It waits, for the first time or for another attempt.
    Pending,
    /// It is being done.
    Processing,
    /// Its result is there.
    Completed,
    /// It came to nothing, and is not tried again unless it is begun again.
    Failed,
}

/// How far `user`'s task of `kind` is; `None` when it was never begun.
///
/// # Errors
///
/// What the database says.
pub async fn status(
    connection: &impl ConnectionTrait,
    user: UserId,
    kind: &str,
) -> Result<Option<Task>, DbErr> {
    match of(user, kind).one(connection).await? {
        Some(row) => Ok(Some(derive(connection, &row).await?)),
        None => Ok(None),
    }
}

/// What came of `user`'s task.
///
/// # Errors
///
/// [`TaskError::NotFound`] when it was never begun, [`TaskError::NotCompleted`] when it is under way
/// or failed; unexpected ones, also when the stored result is no `T::Result`.
pub async fn result<T: BackgroundTask>(
    connection: &impl ConnectionTrait,
    user: UserId,
) -> Result<T::Result, TaskError> {
    let row = of(user, T::KIND).one(connection).await?;
    let row = row.ok_or(TaskError::NotFound)?;
    match &row.result {
        Some(text) if row.completed_at.is_some() => {
            Ok(serde_json::from_str(text).map_err(Unexpected::new)?)
        }
        _ => {
            let task = derive(connection, &row).await?;
            Err(TaskError::NotCompleted(task.status))
        }
    }
}

pub(super) fn of(user: UserId, kind: &str) -> Select<Entity> {
    Entity::find()
        .filter(Column::UserId.eq(user))
        .filter(Column::Kind.eq(kind))
}

/// What is told of a job: without its payload, which may be large.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "jobs::Entity")]
struct Progress {
    state: State,
    progress: i16,
    message: Option<String>,
    errors: Option<String>,
    started_at: Option<DateTime<Utc>>,
}

/// The task of `row`, as far as its job is.
pub(super) async fn derive(connection: &impl ConnectionTrait, row: &Model) -> Result<Task, DbErr> {
    let job = jobs::Entity::find_by_id(row.job_id)
        .into_partial_model::<Progress>()
        .one(connection)
        .await?;
    let status = match (&row.completed_at, job.as_ref().map(|job| job.state)) {
        (Some(_), _) => Status::Completed,
        (None, Some(State::Scheduled | State::Pending)) => Status::Pending,
        (None, Some(State::Running)) => Status::Processing,
        (None, Some(State::Failed | State::Cancelled | State::Completed) | None) => Status::Failed,
    };
    let percent = match status {
        Status::Completed => 100,
        _ => job.as_ref().map_or(0, |job| job.progress),
    };
    Ok(Task {
        task_id: row.id,
        status,
        progress: u8::try_from(percent).unwrap_or_default().min(100),
        error_message: (status == Status::Failed).then(|| failure(job.as_ref())),
        created_at: row.created_at,
        started_at: job.as_ref().and_then(|job| job.started_at),
        completed_at: row.completed_at,
        message: job.and_then(|job| job.message),
    })
}

/// Why a task came to nothing. Of the last failure only the outermost error is told: its causes are
/// for the log.
fn failure(job: Option<&Progress>) -> String {
    let told = match job {
        Some(job) if job.state == State::Failed => job.errors.as_deref().and_then(last_error),
        Some(job) if job.state == State::Cancelled => Some("The task was cancelled".into()),
        Some(_) => Some("The task ended without a result".into()),
        None => Some("The task was given up".into()),
    };
    told.unwrap_or_else(|| "The task failed".into())
}

/// One entry of a job's `errors`, as far as it is told.
#[derive(Deserialize)]
struct Attempt {
    chain: Vec<String>,
}

fn last_error(errors: &str) -> Option<String> {
    let attempts: Vec<Attempt> = serde_json::from_str(errors).ok()?;
    attempts.into_iter().next_back()?.chain.into_iter().next()
}
