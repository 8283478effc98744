//! The table `jobs`, for the workers.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::JobId;
use crate::{
    record::Keyed,
    stored_as,
    table::{Index, Table},
};

/// A job that was enqueued.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    /// [`Job::NAME`](super::Job::NAME).
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub name: String,
    /// [`Job::VERSION`](super::Job::VERSION) of its fields.
    pub version: i32,
    /// The queue that it waits in.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub queue: String,
    /// The higher goes first.
    pub priority: i16,
    /// The job in JSON.
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    /// How far it is.
    #[sea_orm(column_type = "String(StringLen::N(16))")]
    pub state: State,
    /// No two unfinished jobs of a name have the same.
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub unique_key: Option<String>,
    /// How often it was begun.
    pub attempts: i32,
    /// How often it may be begun.
    pub max_attempts: i32,
    /// When it may begin.
    pub run_at: DateTime<Utc>,
    /// Which claim of the job is the current one: what an older one wants to write is refused.
    pub fence: i64,
    /// Who runs it.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub worker: Option<String>,
    /// Until when its worker is believed to be alive.
    pub lease_until: Option<DateTime<Utc>>,
    /// Whether it is to end without having been done.
    pub cancel_requested: bool,
    /// From 0 to 100: how much of it is done.
    pub progress: i16,
    /// What it is at, in its own words.
    #[sea_orm(column_type = "String(StringLen::N(500))")]
    pub message: Option<String>,
    /// The failures so far as a JSON array, the newest last.
    #[sea_orm(column_type = "Text")]
    pub errors: Option<String>,
    /// The id of the request that it came of.
    #[sea_orm(column_type = "String(StringLen::N(128))")]
    pub request_id: Option<String>,
    /// The trace that it belongs to (W3C Trace Context).
    #[sea_orm(column_type = "String(StringLen::N(55))")]
    pub traceparent: Option<String>,
    /// When it was enqueued.
    pub created_at: DateTime<Utc>,
    /// When its last attempt began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was over, in whichever way.
    pub finished_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Keyed for Entity {}

impl Table for Entity {
    fn indexes() -> Vec<Index> {
        vec![
            // Each over the rows that its query looks at, so that none of them grows with the finished
            // jobs but the one that prunes them.
            Index::on(["queue"])
                .then_descending("priority")
                .then("run_at")
                .then("id")
                .over("state = 'pending'"),
            Index::unique(["name", "unique_key"])
                .over("unique_key IS NOT NULL AND finished_at IS NULL"),
            Index::on(["run_at"]).over("state = 'scheduled'"),
            Index::on(["lease_until"]).over("state = 'running'"),
            Index::on(["id"]).over("state = 'failed'"),
            Index::on(["state", "finished_at"]).over("finished_at IS NOT NULL"),
        ]
    }
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "JobState")]
pub enum State {
    /// It waits for its time.
    Scheduled,
    /// It may begin as soon as a worker is free.
    Pending,
    /// It is being done.
    Running,
    /// It is done.
    Completed,
    /// Its last attempt failed too: it is dead, until somebody retries it.
    Failed,
    /// It was cancelled.
    Cancelled,
}

impl State {
    /// Each of them.
    pub const ALL: [Self; 6] = [
        Self::Scheduled,
        Self::Pending,
        Self::Running,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
    ];

    /// As it is stored and told.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

stored_as!(State, text);
