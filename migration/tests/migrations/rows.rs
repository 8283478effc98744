//! Rows for tests, written as the domains write them.

use chrono::{DateTime, SubsecRound, Utc};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, Statement, Value,
};
use uuid::Uuid;

use crate::database::new_id;

/// An entity as a domain writes it, in the types of the application.
#[expect(
    unreachable_pub,
    reason = "the derive makes public items and wants a public model"
)]
pub(crate) mod task {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "tasks")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub project_id: Uuid,
        pub title: String,
        pub status: String,
        pub priority: i16,
        pub due_date: Option<Date>,
        pub assignee_id: Option<Uuid>,
        pub external_task_id: Option<String>,
        pub version: i64,
        pub created_at: DateTimeUtc,
        pub updated_at: DateTimeUtc,
        pub deleted_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) async fn add_user(db: &DatabaseConnection, email: &str) -> Result<(), DbErr> {
    let values: [Value; 5] = [
        new_id().into(),
        email.into(),
        moment().into(),
        moment().into(),
        email.into(),
    ];
    insert(
        db,
        "users",
        "id, email, created_at, updated_at, email_key, display_name",
        values,
        ", 'A'",
    )
    .await
}

pub(crate) async fn add_project(db: &DatabaseConnection, slug: &str) -> Uuid {
    add_project_of(db, Uuid::nil(), slug).await.unwrap()
}

pub(crate) async fn add_project_of(
    db: &DatabaseConnection,
    owner: Uuid,
    slug: &str,
) -> Result<Uuid, DbErr> {
    let id = new_id();
    let values: [Value; 5] = [
        id.into(),
        owner.into(),
        slug.into(),
        moment().into(),
        moment().into(),
    ];
    insert(
        db,
        "projects",
        "id, owner_id, slug, created_at, updated_at, name",
        values,
        ", 'Wall'",
    )
    .await?;
    Ok(id)
}

/// A task with the table's defaults.
pub(crate) async fn add_task(db: &DatabaseConnection, project: Uuid) -> Result<Uuid, DbErr> {
    let task = task::ActiveModel {
        id: Set(new_id()),
        project_id: Set(project),
        title: Set("Lay a stone".to_owned()),
        created_at: Set(moment()),
        updated_at: Set(moment()),
        ..Default::default()
    };
    Ok(task::Entity::insert(task).exec(db).await?.last_insert_id)
}

pub(crate) async fn set_task(
    db: &DatabaseConnection,
    task: Uuid,
    assignment: &str,
) -> Result<(), DbErr> {
    let sql = format!("update tasks set {assignment} where id = $1");
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [task.into()]);
    db.execute_raw(statement).await.map(drop)
}

/// PostgreSQL keeps microseconds.
pub(crate) fn moment() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_190_400, 123_456_789)
        .unwrap()
        .trunc_subsecs(6)
}

async fn insert(
    db: &DatabaseConnection,
    table: &str,
    columns: &str,
    values: [Value; 5],
    literals: &str,
) -> Result<(), DbErr> {
    let sql = format!("insert into {table} ({columns}) values ($1, $2, $3, $4, $5{literals})");
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    db.execute_raw(statement).await.map(drop)
}
