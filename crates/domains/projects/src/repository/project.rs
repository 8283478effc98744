//! Queries on `projects`. Whose project it is, is part of each question, so that somebody else's
//! cannot be told from one that does not exist.

use ashlar_core::{
    page::{self, CursorValue, Page, PageRequest, SortBy},
    principal::UserId,
    record::{self, Expected, Record, set},
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QuerySelect,
    sea_query::{Condition, Expr},
};

use crate::{
    entity::project::{ActiveModel, Column, Entity, Model},
    model::ProjectId,
    schemas::{ProjectCreate, ProjectFilters, ProjectSort, ProjectUpdate},
};

/// The unique index on an owner's slugs.
pub(crate) const UNIQUE_SLUG: &str = "ux_projects_owner_id_slug";

pub(crate) async fn insert(
    connection: &impl ConnectionTrait,
    owner: UserId,
    project: ProjectCreate,
    now: DateTime<Utc>,
) -> Result<Model, DbErr> {
    // Taken apart, so that a field that is forgotten below does not compile.
    let ProjectCreate {
        name,
        description,
        slug,
    } = project;
    let row = ActiveModel {
        owner_id: Set(owner),
        name: Set(name),
        description: Set(description),
        slug: Set(slug),
        ..record::fresh::<Entity>(ProjectId::new(), now)
    };
    record::insert::<Entity>(connection, row).await
}

/// Those of these projects that exist, whoever owns them.
pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    ids: Vec<ProjectId>,
) -> Result<Vec<Model>, DbErr> {
    record::find_by_ids::<Entity>(connection, ids.iter().map(ProjectId::as_uuid).collect()).await
}

/// Whether `owner` has this project.
pub(crate) async fn exists(
    connection: &impl ConnectionTrait,
    owner: UserId,
    id: ProjectId,
) -> Result<bool, DbErr> {
    let row: Option<i32> = Entity::alive()
        .filter(Column::Id.eq(id))
        .filter(owned_by(owner))
        .select_only()
        .column_as(Expr::value(1), "present")
        .into_tuple()
        .one(connection)
        .await?;
    Ok(row.is_some())
}

pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    owner: UserId,
    filters: &ProjectFilters,
    request: &PageRequest<ProjectSort>,
) -> Result<Page<Model>, DbErr> {
    let mut rows = Entity::alive().filter(owned_by(owner));
    if let Some(part) = &filters.q {
        let backend = connection.get_database_backend();
        rows = rows.filter(record::contains(Expr::col(Column::Name), part, backend));
    }
    page::fetch(connection, rows, request).await
}

pub(crate) async fn update(
    connection: &impl ConnectionTrait,
    owner: UserId,
    id: ProjectId,
    expected: &Expected,
    changes: ProjectUpdate,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let ProjectUpdate { name, description } = changes;
    let changes = ActiveModel {
        name: set(name),
        description: set(description),
        ..Default::default()
    };
    record::update::<Entity>(connection, id, owned_by(owner), expected, changes, now).await
}

pub(crate) async fn delete(
    connection: &impl ConnectionTrait,
    owner: UserId,
    id: ProjectId,
    expected: &Expected,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    record::delete::<Entity>(connection, id, owned_by(owner), expected, now).await
}

/// Deletes every project of `owner`; answers how many there were.
pub(crate) async fn delete_all(
    connection: &impl ConnectionTrait,
    owner: UserId,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    record::delete_all::<Entity>(connection, owned_by(owner), now).await
}

fn owned_by(owner: UserId) -> Condition {
    Condition::all().add(Column::OwnerId.eq(owner))
}

impl SortBy<Entity> for ProjectSort {
    fn expression(self) -> Expr {
        match self {
            Self::CreatedAt => Expr::col((Entity, Column::CreatedAt)),
            Self::UpdatedAt => Expr::col((Entity, Column::UpdatedAt)),
            Self::Name => Expr::col((Entity, Column::Name)),
        }
    }

    fn value(self, row: &Model) -> CursorValue {
        match self {
            Self::CreatedAt => CursorValue::Time(row.created_at),
            Self::UpdatedAt => CursorValue::Time(row.updated_at),
            Self::Name => CursorValue::Text(row.name.clone()),
        }
    }
}
