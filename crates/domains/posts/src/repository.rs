//! Queries on `posts`. Free functions over a connection or a transaction; none begins or commits
//! one. A deleted post is found by none of them.

use ashlar_core::{
    page::{self, CursorValue, Page, PageRequest, SortBy},
    principal::UserId,
    record::{self, Expected, Record, set},
    valid::Change,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Condition, Expr, Func},
};

use crate::{
    entity::{ActiveModel, Column, Entity, Model},
    model::PostId,
    schemas::{PostCreate, PostFilters, PostSort, PostUpdate},
};

/// The unique index on what titles are compared by.
pub(crate) const UNIQUE_TITLE: &str = "ux_posts_title_key";

pub(crate) async fn insert(
    connection: &impl ConnectionTrait,
    author: UserId,
    post: PostCreate,
    now: DateTime<Utc>,
) -> Result<Model, DbErr> {
    // Taken apart, so that a field that is forgotten below does not compile.
    let PostCreate {
        title,
        content,
        published,
    } = post;
    let row = ActiveModel {
        author_id: Set(author),
        title_key: Set(title.key()),
        title: Set(title),
        content: Set(content),
        published_at: Set(published.then_some(now)),
        ..record::fresh::<Entity>(PostId::new(), now)
    };
    record::insert::<Entity>(connection, row).await
}

/// Those of these posts that exist, published or not.
pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    ids: Vec<PostId>,
) -> Result<Vec<Model>, DbErr> {
    record::find_by_ids::<Entity>(connection, ids.iter().map(PostId::as_uuid).collect()).await
}

/// The post, which nobody else can change until the end of the transaction.
pub(crate) async fn lock(
    connection: &impl ConnectionTrait,
    id: PostId,
) -> Result<Option<Model>, DbErr> {
    Entity::alive()
        .filter(Column::Id.eq(id))
        .lock_exclusive()
        .one(connection)
        .await
}

/// A page of what `viewer` may see: what is published, and their own drafts.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    filters: &PostFilters,
    request: &PageRequest<PostSort>,
) -> Result<Page<Model>, DbErr> {
    let backend = connection.get_database_backend();
    let author = filters.author_id.map(|author| Column::AuthorId.eq(author));
    let part = filters
        .q
        .as_ref()
        .map(|part| record::contains(Expr::col(Column::Title), part, backend));
    let rows = Entity::alive()
        .filter(seen_by(viewer, filters))
        .filter(Condition::all().add_option(author).add_option(part));
    page::fetch(connection, rows, request).await
}

/// Whom a post is seen by, in as few conditions as the filters leave open: an `OR` hides from the
/// database which index to take.
fn seen_by(viewer: UserId, filters: &PostFilters) -> Condition {
    let own = Column::AuthorId.eq(viewer);
    let published = Column::PublishedAt.is_not_null();
    match filters.published {
        Some(true) => Condition::all().add(published),
        Some(false) => Condition::all().add(own).add(Column::PublishedAt.is_null()),
        None => match filters.author_id {
            Some(author) if author == viewer => Condition::all(),
            Some(_) => Condition::all().add(published),
            None => Condition::any().add(published).add(own),
        },
    }
}

pub(crate) async fn update(
    connection: &impl ConnectionTrait,
    id: PostId,
    changes: PostUpdate,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let PostUpdate { title, content } = changes;
    let title_key = match &title {
        Change::Set(title) => Set(title.key()),
        Change::Keep => NotSet,
    };
    let changes = ActiveModel {
        title: set(title),
        title_key,
        content: set(content),
        ..Default::default()
    };
    write(connection, id, changes, now).await
}

pub(crate) async fn publish(
    connection: &impl ConnectionTrait,
    id: PostId,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let changes = ActiveModel {
        published_at: Set(Some(now)),
        ..Default::default()
    };
    write(connection, id, changes, now).await
}

async fn write(
    connection: &impl ConnectionTrait,
    id: PostId,
    changes: ActiveModel,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let (all, any) = (Condition::all(), Expected::any());
    record::update::<Entity>(connection, id, all, &any, changes, now).await
}

pub(crate) async fn delete(
    connection: &impl ConnectionTrait,
    id: PostId,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let (all, any) = (Condition::all(), Expected::any());
    record::delete::<Entity>(connection, id, all, &any, now).await
}

/// Deletes up to `limit` posts of `author`, the oldest first; answers which.
pub(crate) async fn delete_some(
    connection: &impl ConnectionTrait,
    author: UserId,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<PostId>, DbErr> {
    let ids: Vec<PostId> = Entity::alive()
        .filter(Column::AuthorId.eq(author))
        .select_only()
        .column(Column::Id)
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .lock_exclusive()
        .into_tuple()
        .all(connection)
        .await?;
    if ids.is_empty() {
        return Ok(ids);
    }
    let these = Condition::all().add(Column::Id.is_in(ids.iter().copied()));
    record::delete_all::<Entity>(connection, these, now).await?;
    Ok(ids)
}

impl SortBy<Entity> for PostSort {
    fn expression(self) -> Expr {
        let column = |column: Column| Expr::col((Entity, column));
        match self {
            Self::CreatedAt => column(Column::CreatedAt),
            Self::UpdatedAt => column(Column::UpdatedAt),
            Self::PublishedAt => {
                Func::coalesce([column(Column::PublishedAt), column(Column::CreatedAt)]).into()
            }
            Self::Title => column(Column::Title),
        }
    }

    fn value(self, row: &Model) -> CursorValue {
        match self {
            Self::CreatedAt => CursorValue::Time(row.created_at),
            Self::UpdatedAt => CursorValue::Time(row.updated_at),
            Self::PublishedAt => CursorValue::Time(row.published_at.unwrap_or(row.created_at)),
            Self::Title => CursorValue::Text(row.title.clone().into()),
        }
    }
}
