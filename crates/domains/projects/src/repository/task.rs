//! Queries on `tasks`. A task is its project's owner's, and only while the project is there.

use ashlar_core::{
    page::{self, CursorValue, Page, PageRequest, SortBy},
    principal::UserId,
    record::{self, Expected, Record, set},
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DatabaseBackend, DbErr, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Condition, Expr, ExprTrait, Func},
};

use crate::{
    entity::{
        project,
        task::{ActiveModel, Column, Entity, Model},
    },
    model::{ProjectId, TaskId},
    schemas::{TaskCreate, TaskFilters, TaskSort, TaskUpdate},
};

/// Sorts the tasks without a due date behind all others. The index is on the same expression.
const LAST_DAY: &str = "'9999-12-31'";

pub(crate) async fn insert(
    connection: &impl ConnectionTrait,
    project: ProjectId,
    task: TaskCreate,
    now: DateTime<Utc>,
) -> Result<Model, DbErr> {
    // Taken apart, so that a field that is forgotten below does not compile.
    let TaskCreate {
        title,
        status,
        priority,
        due_date,
        assignee_id,
        external_task_id,
    } = task;
    let row = ActiveModel {
        project_id: Set(project),
        title: Set(title),
        status: Set(status),
        priority: Set(priority),
        due_date: Set(due_date),
        assignee_id: Set(assignee_id),
        external_task_id: Set(external_task_id),
        ..record::fresh::<Entity>(TaskId::new(), now)
    };
    record::insert::<Entity>(connection, row).await
}

pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    owner: UserId,
    id: TaskId,
) -> Result<Option<Model>, DbErr> {
    Entity::alive()
        .filter(Column::Id.eq(id))
        .filter(in_project_of(owner))
        .one(connection)
        .await
}

pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    project: ProjectId,
    filters: &TaskFilters,
    request: &PageRequest<TaskSort>,
) -> Result<Page<Model>, DbErr> {
    let backend = connection.get_database_backend();
    let rows = Entity::alive()
        .filter(Column::ProjectId.eq(project))
        .filter(condition(filters, backend));
    page::fetch(connection, rows, request).await
}

pub(crate) async fn update(
    connection: &impl ConnectionTrait,
    owner: UserId,
    id: TaskId,
    expected: &Expected,
    changes: TaskUpdate,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let TaskUpdate {
        title,
        status,
        priority,
        due_date,
        assignee_id,
        external_task_id,
    } = changes;
    let changes = ActiveModel {
        title: set(title),
        status: set(status),
        priority: set(priority),
        due_date: set(due_date),
        assignee_id: set(assignee_id),
        external_task_id: set(external_task_id),
        ..Default::default()
    };
    record::update::<Entity>(connection, id, in_project_of(owner), expected, changes, now).await
}

pub(crate) async fn delete(
    connection: &impl ConnectionTrait,
    owner: UserId,
    id: TaskId,
    expected: &Expected,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    record::delete::<Entity>(connection, id, in_project_of(owner), expected, now).await
}

fn in_project_of(owner: UserId) -> Condition {
    let project = project::Entity::alive()
        .select_only()
        .expr(Expr::value(1))
        .filter(
            Expr::col((project::Entity, project::Column::Id)).equals((Entity, Column::ProjectId)),
        )
        .filter(project::Column::OwnerId.eq(owner))
        .into_query();
    Condition::all().add(Expr::exists(project))
}

fn condition(filters: &TaskFilters, backend: DatabaseBackend) -> Condition {
    Condition::all()
        .add_option(filters.status.map(|status| Column::Status.eq(status)))
        .add_option(
            filters
                .priority
                .map(|priority| Column::Priority.eq(priority)),
        )
        .add_option(
            filters
                .assignee_id
                .map(|assignee| Column::AssigneeId.eq(assignee)),
        )
        .add_option(filters.due_before.map(|day| Column::DueDate.lt(day)))
        .add_option(filters.due_after.map(|day| Column::DueDate.gt(day)))
        .add_option(
            filters
                .q
                .as_ref()
                .map(|part| record::contains(Expr::col(Column::Title), part, backend)),
        )
}

/// [`LAST_DAY`], for a cursor.
fn last_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX)
}

impl SortBy<Entity> for TaskSort {
    fn expression(self) -> Expr {
        let column = |column: Column| Expr::col((Entity, column));
        match self {
            Self::CreatedAt => column(Column::CreatedAt),
            Self::UpdatedAt => column(Column::UpdatedAt),
            Self::Title => column(Column::Title),
            Self::Priority => column(Column::Priority),
            Self::DueDate => Func::coalesce([column(Column::DueDate), Expr::cust(LAST_DAY)]).into(),
        }
    }

    fn value(self, row: &Model) -> CursorValue {
        match self {
            Self::CreatedAt => CursorValue::Time(row.created_at),
            Self::UpdatedAt => CursorValue::Time(row.updated_at),
            Self::Title => CursorValue::Text(row.title.clone()),
            Self::Priority => CursorValue::Number(i16::from(row.priority).into()),
            Self::DueDate => CursorValue::Date(row.due_date.map_or(last_day(), NaiveDate::from)),
        }
    }
}
