//! Putting a job into the table.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};

use super::{
    Job, JobId, Priority,
    table::{ActiveModel, Column, Entity, State},
};
use crate::{
    context,
    database::{Transaction, Work},
};

/// Enqueues `job`, to begin `now` if `transaction` is committed.
///
/// # Errors
///
/// What the database says, or that the job cannot be written as JSON or is longer than [`LARGEST`].
pub async fn enqueue<J: Job>(
    transaction: &Transaction,
    job: &J,
    now: DateTime<Utc>,
) -> Result<JobId, DbErr> {
    Enqueue::new(job).within(transaction, now).await
}

/// The longest job, in bytes of JSON: many are taken from the table at once. What is larger is kept
/// elsewhere, and the job says where.
pub const LARGEST: usize = 512 * 1024;

/// The longest delay: a century, so that no time is out of the databases' reach.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// How many jobs one statement writes: SQLite takes 32,766 parameters, and a row has 17.
const ROWS: usize = 1_000;

/// Enqueues many jobs of a type, as [`enqueue`] does one, in few statements.
///
/// # Errors
///
/// What the database says, or that a job cannot be written as JSON.
pub async fn enqueue_all<J: Job>(
    transaction: &Transaction,
    jobs: &[J],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    for jobs in jobs.chunks(ROWS) {
        let rows: Result<Vec<_>, DbErr> =
            jobs.iter().map(|job| Enqueue::new(job).row(now)).collect();
        Entity::insert_many(rows?)
            .exec_without_returning(transaction)
            .await?;
        transaction.brings(Work::Jobs);
    }
    Ok(())
}

/// A job, and when and how it is to be done:
///
/// ```
/// # use ashlar_core::{database::Transaction, jobs::{Enqueue, Job, JobId, Priority}};
/// # use std::time::Duration;
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Remind { user: u32 }
/// # impl Job for Remind { const NAME: &'static str = "x.remind"; }
/// # async fn example(tx: &Transaction, now: chrono::DateTime<chrono::Utc>) -> Result<JobId, sea_orm::DbErr> {
/// Enqueue::new(&Remind { user: 7 })
///     .after(Duration::from_secs(3600))
///     .priority(Priority::High)
///     .unique("user-7")
///     .within(tx, now)
///     .await
/// # }
/// ```
#[must_use = "it is enqueued by `within`"]
pub struct Enqueue<'a, J> {
    job: &'a J,
    after: Duration,
    priority: Priority,
    unique_key: Option<String>,
}

impl<'a, J: Job> Enqueue<'a, J> {
    /// `job`, at once, as it comes.
    pub fn new(job: &'a J) -> Self {
        Self {
            job,
            after: Duration::ZERO,
            priority: Priority::default(),
            unique_key: None,
        }
    }

    /// Not before this much time has passed.
    pub fn after(mut self, delay: Duration) -> Self {
        self.after = delay;
        self
    }

    /// Before or after others.
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// Not beside an unfinished job of the same type and `key` (at most 255 characters): then that
    /// one is answered.
    pub fn unique(mut self, key: impl Into<String>) -> Self {
        self.unique_key = Some(key.into());
        self
    }

    /// Enqueues it if `transaction` is committed.
    ///
    /// # Errors
    ///
    /// What the database says, or that the job cannot be written as JSON.
    pub async fn within(
        self,
        transaction: &Transaction,
        now: DateTime<Utc>,
    ) -> Result<JobId, DbErr> {
        let Some(key) = self.unique_key.clone() else {
            let row = self.row(now)?;
            return insert(transaction, row).await;
        };
        loop {
            let row = self.row(now)?;
            if let Some(id) = insert_unique(transaction, row).await? {
                return Ok(id);
            }
            // The other one may have finished between the two statements; then it is tried again.
            if let Some(id) = find_unfinished(transaction, J::NAME, &key).await? {
                return Ok(id);
            }
        }
    }

    fn row(&self, now: DateTime<Utc>) -> Result<ActiveModel, DbErr> {
        let payload =
            serde_json::to_string(self.job).map_err(|error| DbErr::Json(error.to_string()))?;
        if payload.len() > LARGEST {
            let (name, length) = (J::NAME, payload.len());
            let error = format!("the job {name} has {length} bytes, and may have {LARGEST}");
            return Err(DbErr::Json(error));
        }
        let state = if self.after.is_zero() {
            State::Pending
        } else {
            State::Scheduled
        };
        let delay = TimeDelta::from_std(self.after.min(LONGEST)).unwrap_or_default();
        Ok(ActiveModel {
            id: Set(JobId::new()),
            name: Set(J::NAME.to_owned()),
            version: Set(i32::from(J::VERSION)),
            queue: Set(J::QUEUE.to_owned()),
            priority: Set(self.priority.into()),
            payload: Set(payload),
            state: Set(state),
            unique_key: Set(self.unique_key.clone()),
            attempts: Set(0),
            max_attempts: Set(i32::from(J::RETRY.attempts.max(1))),
            run_at: Set(now + delay),
            fence: Set(0),
            cancel_requested: Set(false),
            progress: Set(0),
            request_id: Set(context::request_id().map(String::from)),
            traceparent: Set(context::traceparent()),
            created_at: Set(now),
            ..Default::default()
        })
    }
}

/// The new job's id.
async fn insert(transaction: &Transaction, row: ActiveModel) -> Result<JobId, DbErr> {
    let id = row.id.clone().unwrap();
    Entity::insert_many([row])
        .exec_without_returning(transaction)
        .await?;
    transaction.brings(Work::Jobs);
    Ok(id)
}

/// The new job's id; `None` when there is an unfinished one with its key.
async fn insert_unique(
    transaction: &Transaction,
    row: ActiveModel,
) -> Result<Option<JobId>, DbErr> {
    let id = row.id.clone().unwrap();
    let mut unfinished = OnConflict::columns([Column::Name, Column::UniqueKey]);
    unfinished.target_and_where(self::unfinished());
    let inserted = Entity::insert_many([row])
        .on_conflict(unfinished.do_nothing().to_owned())
        .exec_without_returning(transaction)
        .await?;
    if inserted == 0 {
        return Ok(None);
    }
    transaction.brings(Work::Jobs);
    Ok(Some(id))
}

async fn find_unfinished(
    transaction: &Transaction,
    name: &str,
    key: &str,
) -> Result<Option<JobId>, DbErr> {
    let row = Entity::find()
        .filter(Column::Name.eq(name))
        .filter(Column::UniqueKey.eq(key))
        .filter(unfinished())
        .one(transaction)
        .await?;
    Ok(row.map(|row| row.id))
}

/// As text, not as parameters: word for word the condition of the index `ux_jobs_name_unique_key`.
fn unfinished() -> Expr {
    Expr::cust("unique_key IS NOT NULL AND finished_at IS NULL")
}
