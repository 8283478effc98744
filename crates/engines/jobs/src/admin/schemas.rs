//! Jobs and schedules on the wire.

use ashlar_core::{
    jobs::{
        JobId,
        table::{Model, State},
    },
    page::{Direction, SortKey},
};
use chrono::{DateTime, Utc};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::scheduler::table;

/// A job.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct JobResponse {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub name: String,
    /// The queue that it waits in.
    pub queue: String,
    /// The higher goes first.
    pub priority: i16,
    /// How far it is.
    pub state: State,
    /// No two unfinished jobs of a name have the same.
    pub unique_key: Option<String>,
    /// How often it was begun.
    pub attempts: i32,
    /// How often it may be begun.
    pub max_attempts: i32,
    /// Whether it is to end without having been done.
    pub cancel_requested: bool,
    /// How much of it is done, in percent.
    pub progress: i16,
    /// What it is at, in its own words.
    pub message: Option<String>,
    /// The process that runs it, or ran it last.
    pub worker: Option<String>,
    /// The id of the request that it came of.
    pub request_id: Option<String>,
    /// When it was enqueued.
    pub created_at: DateTime<Utc>,
    /// When it may begin.
    pub run_at: DateTime<Utc>,
    /// When its last attempt began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was over, in whichever way.
    pub finished_at: Option<DateTime<Utc>>,
}

/// A job, and what is in it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct JobDetail {
    /// What lists tell of it.
    #[serde(flatten)]
    pub job: JobResponse,
    /// The version of its payload.
    pub version: i32,
    /// What it was told to do; as text when it is no JSON.
    pub payload: Value,
    /// Its failures so far, the newest last.
    pub errors: Vec<AttemptFailure>,
    /// The trace that it belongs to (W3C Trace Context).
    pub traceparent: Option<String>,
    /// Until when its worker is believed to be alive.
    pub lease_until: Option<DateTime<Utc>>,
}

/// A failed attempt.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AttemptFailure {
    /// When it failed.
    pub at: DateTime<Utc>,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// The error and its causes, the outermost first.
    pub chain: Vec<String>,
}

/// Which jobs to list.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct JobFilters {
    /// Those in this state.
    #[garde(skip)]
    pub state: Option<State>,
    /// Those in this queue.
    #[garde(length(chars, min = 1, max = 50))]
    pub queue: Option<String>,
    /// Those with this name.
    #[garde(length(chars, min = 1, max = 100))]
    pub name: Option<String>,
}

/// What jobs can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobSort {
    /// Their id, which is the order in which they were enqueued.
    Id,
}

impl SortKey for JobSort {
    const ALL: &'static [Self] = &[Self::Id];
    const DEFAULT: (Self, Direction) = (Self::Id, Direction::Descending);

    fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
        }
    }
}

/// Every schedule.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ScheduleList {
    /// By id.
    pub data: Vec<ScheduleResponse>,
}

/// A schedule.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ScheduleResponse {
    /// Its id.
    pub id: String,
    /// The name of the job that it enqueues.
    pub job: String,
    /// Its cron expression.
    pub cron: String,
    /// The IANA time zone in which the expression is read.
    pub time_zone: String,
    /// The last of its times that a job was enqueued for.
    pub last_run_at: Option<DateTime<Utc>>,
    /// That job.
    pub last_job_id: Option<JobId>,
    /// Its next time.
    pub next_run_at: Option<DateTime<Utc>>,
}

impl From<Model> for JobResponse {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            queue: row.queue,
            priority: row.priority,
            state: row.state,
            unique_key: row.unique_key,
            attempts: row.attempts,
            max_attempts: row.max_attempts,
            cancel_requested: row.cancel_requested,
            progress: row.progress,
            message: row.message,
            worker: row.worker,
            request_id: row.request_id,
            created_at: row.created_at,
            run_at: row.run_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
        }
    }
}

impl From<Model> for JobDetail {
    /// What somebody wrote to the table by hand may be no JSON: that is what an admin wants to see.
    fn from(mut row: Model) -> Self {
        let payload = std::mem::take(&mut row.payload);
        let errors = row.errors.take();
        let errors = errors.and_then(|errors| serde_json::from_str(&errors).ok());
        Self {
            version: row.version,
            payload: serde_json::from_str(&payload).unwrap_or(Value::String(payload)),
            errors: errors.unwrap_or_default(),
            traceparent: row.traceparent.take(),
            lease_until: row.lease_until,
            job: row.into(),
        }
    }
}

impl From<table::Model> for ScheduleResponse {
    fn from(row: table::Model) -> Self {
        Self {
            id: row.id,
            job: row.job,
            cron: row.cron,
            time_zone: row.time_zone,
            last_run_at: row.last_run_at,
            last_job_id: row.last_job_id,
            next_run_at: row.next_run_at,
        }
    }
}
