//! The table `tasks`.

use ashlar_core::{principal::UserId, record::Record};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::model::{DueDate, Priority, ProjectId, Status, TaskId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tasks")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TaskId,
    pub project_id: ProjectId,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub title: String,
    #[sea_orm(column_type = "String(StringLen::N(16))")]
    pub status: Status,
    pub priority: Priority,
    pub due_date: Option<DueDate>,
    pub assignee_id: Option<UserId>,
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub external_task_id: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    #[sea_orm(belongs_to, from = "project_id", to = "id", on_delete = "Cascade")]
    pub project: HasOne<super::project::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Record for Entity {}
