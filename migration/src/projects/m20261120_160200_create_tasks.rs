//! Creates `tasks`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    date_null, small_integer, string_len, string_len_null, uuid, uuid_null,
};

use crate::{columns, indexes};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(tasks()).await?;
        // Serves the foreign key's cascade, which meets deleted tasks too.
        manager
            .create_index(indexes::plain("tasks", &["project_id"]))
            .await?;
        for columns in lists() {
            manager
                .create_index(indexes::alive("tasks", columns))
                .await?;
        }
        create_due_date_index(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("tasks").take())
            .await
    }
}

fn tasks() -> TableCreateStatement {
    Table::create()
        .table("tasks")
        .col(columns::id())
        .col(uuid("project_id"))
        .col(string_len("title", 200))
        .col(string_len("status", 16).default("todo"))
        // 1 low, 2 medium, 3 high, 4 urgent: a number, so that it sorts.
        .col(small_integer("priority").default(2))
        .col(date_null("due_date"))
        .col(uuid_null("assignee_id"))
        .col(string_len_null("external_task_id", 100))
        .col(columns::version())
        .col(columns::created_at())
        .col(columns::updated_at())
        .col(columns::deleted_at())
        .check((
            "ck_tasks_status",
            Expr::col("status").is_in(["todo", "in_progress", "done", "cancelled"]),
        ))
        .check(("ck_tasks_priority", Expr::col("priority").between(1, 4)))
        .foreign_key(
            ForeignKey::create()
                .name("fk_tasks_project_id")
                .from("tasks", "project_id")
                .to("projects", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

/// One index for each order a project's list of tasks can be read in; `id` breaks ties.
fn lists() -> [&'static [&'static str]; 6] {
    [
        &["project_id", "created_at", "id"],
        &["project_id", "updated_at", "id"],
        &["project_id", "title", "id"],
        &["project_id", "priority", "id"],
        &["project_id", "status", "created_at", "id"],
        &["project_id", "assignee_id", "created_at", "id"],
    ]
}

/// Serves the order by due date with undated tasks last. A keyset cannot step over nulls, so the
/// order is by an expression without them; a query is served only when it spells the expression as
/// it is spelt here.
async fn create_due_date_index(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // SQLite keeps dates as text and has no date literal; the statement builder has no expression
    // index for it.
    let last_day = match manager.get_database_backend() {
        sea_orm::DbBackend::Postgres => "date '9999-12-31'",
        _ => "'9999-12-31'",
    };
    let statement = format!(
        r#"create index "ix_tasks_project_id_due_date_id"
           on "tasks" ("project_id", (coalesce("due_date", {last_day})), "id")
           where "deleted_at" is null"#
    );
    manager
        .get_connection()
        .execute_unprepared(&statement)
        .await?;
    Ok(())
}
