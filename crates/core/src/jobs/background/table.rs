//! The table `background_tasks`. How far a task is stands with its job, so that it cannot
//! contradict it; here is what outlives the job.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use super::TaskId;
use crate::{
    jobs::JobId,
    principal::UserId,
    table::{Index, Table},
};

/// A task of a kind that a user began.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "background_tasks")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TaskId,
    /// Whose it is.
    pub user_id: UserId,
    /// [`BackgroundTask::KIND`](super::BackgroundTask::KIND).
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub kind: String,
    /// The job that does it, or did. Jobs are pruned after a while.
    pub job_id: JobId,
    /// What came of it, in JSON.
    #[sea_orm(column_type = "Text")]
    pub result: Option<String>,
    /// When its result was stored.
    pub completed_at: Option<DateTime<Utc>>,
    /// When it was begun for the first time.
    pub created_at: DateTime<Utc>,
    /// When it was last begun, or completed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Table for Entity {
    fn indexes() -> Vec<Index> {
        vec![Index::unique(["user_id", "kind"])]
    }
}
