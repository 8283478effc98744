//! The table `job_schedules`: how far each schedule is, for the whole cluster.

use ashlar_core::{jobs::JobId, table::Table};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// A schedule that some process knew.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job_schedules")]
pub(crate) struct Model {
    /// The schedule's id.
    #[sea_orm(
        primary_key,
        auto_increment = false,
        column_type = "String(StringLen::N(100))"
    )]
    pub id: String,
    /// The name of its job.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub job: String,
    /// Its cron expression.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub cron: String,
    /// The time zone in which the expression is read.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub time_zone: String,
    /// The last of its times that a job was enqueued for.
    pub last_run_at: Option<DateTime<Utc>>,
    /// That job.
    pub last_job_id: Option<JobId>,
    /// The first of its times that nothing was decided about.
    pub next_run_at: Option<DateTime<Utc>>,
    /// When it was seen for the first time.
    pub created_at: DateTime<Utc>,
    /// When this row was last written.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Table for Entity {}
