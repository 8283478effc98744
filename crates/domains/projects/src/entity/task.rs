//! The table `tasks`.

use ashlar_core::{
    calendar::Day,
    principal::UserId,
    record::Record,
    table::{Index, Table},
};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::model::{Priority, ProjectId, Status, TaskId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tasks")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TaskId,
    pub project_id: ProjectId,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub title: String,
    #[sea_orm(column_type = "String(StringLen::N(16))", default_value = "todo")]
    pub status: Status,
    #[sea_orm(default_value = 2)]
    pub priority: Priority,
    pub due_date: Option<Day>,
    pub assignee_id: Option<UserId>,
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub external_task_id: Option<String>,
    #[sea_orm(default_value = 1)]
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    #[sea_orm(belongs_to, from = "project_id", to = "id", on_delete = "Cascade")]
    pub project: HasOne<super::project::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Record for Entity {}

impl Table for Entity {
    fn indexes() -> Vec<Index> {
        vec![
            // Serves the foreign key's cascade, which meets deleted tasks too.
            Index::on(["project_id"]),
            // One for each order a project's list of tasks can be read in; `id` breaks ties.
            Index::on(["project_id", "created_at", "id"]).alive(),
            Index::on(["project_id", "updated_at", "id"]).alive(),
            Index::on(["project_id", "title", "id"]).alive(),
            Index::on(["project_id", "priority", "id"]).alive(),
            Index::on(["project_id", "status", "created_at", "id"]).alive(),
            Index::on(["project_id", "assignee_id", "created_at", "id"]).alive(),
            Index::on(["project_id"])
                .then_expression(
                    "due_date",
                    "coalesce(due_date, date '9999-12-31')",
                    "coalesce(due_date, '9999-12-31')",
                )
                .then("id")
                .alive(),
        ]
    }
}
