//! Jobs that come back.

use std::{fmt, pin::Pin, sync::Arc};

use chrono::{DateTime, Utc};
use sea_orm::DbErr;

use super::{Enqueue, Job, JobId};
use crate::database::Transaction;

/// A job that is enqueued again and again, once in the whole cluster each time.
///
/// ```
/// # use ashlar_core::jobs::{CatchUp, Job, Schedule};
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Sync;
/// # impl Job for Sync { const NAME: &'static str = "reports.sync"; }
/// Schedule::new("reports.daily_sync", "0 2 * * *", || Sync)
///     .time_zone("Europe/Berlin")
///     .catch_up(CatchUp::Once);
/// ```
#[derive(Clone)]
pub struct Schedule {
    id: &'static str,
    cron: &'static str,
    time_zone: &'static str,
    catch_up: CatchUp,
    job: &'static str,
    enqueue: Arc<dyn Put>,
}

/// What happens to the times at which no process ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CatchUp {
    /// They are told in the log, and skipped.
    Skip,
    /// The last of them is made up for.
    #[default]
    Once,
    /// Each of them is made up for, the oldest first, at most this many: the newest.
    Each(u16),
}

type Putting<'a> = Pin<Box<dyn Future<Output = Result<JobId, DbErr>> + Send + 'a>>;

trait Put: Send + Sync {
    fn put<'a>(&'a self, transaction: &'a Transaction, now: DateTime<Utc>) -> Putting<'a>;
}

struct Made<F>(F);

impl<J: Job, F: Fn() -> J + Send + Sync> Put for Made<F> {
    fn put<'a>(&'a self, transaction: &'a Transaction, now: DateTime<Utc>) -> Putting<'a> {
        Box::pin(async move {
            let job = (self.0)();
            Enqueue::new(&job).within(transaction, now).await
        })
    }
}

impl Schedule {
    /// The job that `job` makes, at each time that the `cron` expression names in UTC: five fields,
    /// minute, hour, day of month, month, day of week. `id` never changes: by it the last time is
    /// remembered. A bad expression is refused when the workers start.
    pub fn new<J: Job>(
        id: &'static str,
        cron: &'static str,
        job: impl Fn() -> J + Send + Sync + 'static,
    ) -> Self {
        Self {
            id,
            cron,
            time_zone: "UTC",
            catch_up: CatchUp::default(),
            job: J::NAME,
            enqueue: Arc::new(Made(job)),
        }
    }

    /// Reads the expression in this time zone of the IANA database instead of UTC.
    pub fn time_zone(mut self, name: &'static str) -> Self {
        self.time_zone = name;
        self
    }

    /// What happens to the times at which no process ran.
    pub fn catch_up(mut self, catch_up: CatchUp) -> Self {
        self.catch_up = catch_up;
        self
    }

    /// Its id.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// The cron expression.
    pub fn cron(&self) -> &'static str {
        self.cron
    }

    /// The name of its time zone.
    pub fn zone(&self) -> &'static str {
        self.time_zone
    }

    /// What happens to the times at which no process ran.
    pub fn policy(&self) -> CatchUp {
        self.catch_up
    }

    /// The name of its job.
    pub fn job(&self) -> &'static str {
        self.job
    }

    /// Enqueues its job.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn enqueue(
        &self,
        transaction: &Transaction,
        now: DateTime<Utc>,
    ) -> Result<JobId, DbErr> {
        self.enqueue.put(transaction, now).await
    }
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schedule")
            .field("id", &self.id)
            .field("cron", &self.cron)
            .field("time_zone", &self.time_zone)
            .field("catch_up", &self.catch_up)
            .finish_non_exhaustive()
    }
}
