//! Queries on `users`. A deleted user is found by none of them.

use ashlar_core::{
    page::{self, CursorValue, Page, PageRequest, SortBy},
    principal::UserId,
    record::{self, Expected, Record, set},
    valid::Change,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

use crate::{
    entity::{
        password,
        user::{ActiveModel, Column, Entity, Model},
    },
    model::{DisplayName, Email, Role, Status},
    password::PasswordHash,
    schemas::{UserFilters, UserSort, UserUpdate},
    standing::Standing,
};

/// The unique index on the addresses of users.
pub(crate) const UNIQUE_EMAIL: &str = "ux_users_email_key";

/// A user who is about to be made.
#[derive(Clone)]
pub(crate) struct NewUser {
    pub(crate) email: Email,
    pub(crate) display_name: DisplayName,
    /// When it was shown that mail to the address reaches them, if it was.
    pub(crate) email_verified_at: Option<DateTime<Utc>>,
    pub(crate) role: Role,
}

pub(crate) async fn insert(
    connection: &impl ConnectionTrait,
    user: NewUser,
    now: DateTime<Utc>,
) -> Result<Model, DbErr> {
    let row = ActiveModel {
        email_key: Set(user.email.key()),
        email: Set(user.email),
        display_name: Set(user.display_name),
        email_verified_at: Set(user.email_verified_at),
        role: Set(user.role),
        status: Set(Status::default()),
        ..record::fresh::<Entity>(UserId::new(), now)
    };
    record::insert::<Entity>(connection, row).await
}

pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    id: UserId,
) -> Result<Option<Model>, DbErr> {
    Entity::alive()
        .filter(Column::Id.eq(id))
        .one(connection)
        .await
}

/// The user with this address, and the hash of their password if they have one.
pub(crate) async fn find_with_password(
    connection: &impl ConnectionTrait,
    email: &Email,
) -> Result<Option<(Model, Option<PasswordHash>)>, DbErr> {
    let found = Entity::alive()
        .filter(Column::EmailKey.eq(email.key()))
        .find_also_related(password::Entity)
        .one(connection)
        .await?;
    Ok(found.map(|(user, password)| (user, password.map(|password| password.hash))))
}

/// The user `id`, whom nobody else changes until the end of the transaction.
pub(crate) async fn lock(
    connection: &impl ConnectionTrait,
    id: UserId,
) -> Result<Option<Model>, DbErr> {
    let user = Entity::alive().filter(Column::Id.eq(id));
    user.lock_exclusive().one(connection).await
}

/// Those of these users who exist.
pub(crate) async fn find_all(
    connection: &impl ConnectionTrait,
    ids: &[UserId],
) -> Result<Vec<Model>, DbErr> {
    let ids = ids.iter().map(UserId::as_uuid).collect();
    record::find_by_ids::<Entity>(connection, ids).await
}

/// The standings of those of these users who exist.
pub(crate) async fn standings(
    connection: &impl ConnectionTrait,
    ids: Vec<UserId>,
) -> Result<Vec<(UserId, Standing)>, DbErr> {
    let users = find_all(connection, &ids).await?;
    let standing = |user: &Model| Standing {
        role: user.role,
        status: user.status,
    };
    Ok(users.iter().map(|user| (user.id, standing(user))).collect())
}

pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    filters: &UserFilters,
    request: &PageRequest<UserSort>,
) -> Result<Page<Model>, DbErr> {
    let mut rows = Entity::alive();
    if let Some(status) = filters.status {
        rows = rows.filter(Column::Status.eq(status));
    }
    page::fetch(connection, rows, request).await
}

/// The user `id` and every active admin, locked in the order of their ids, so that two who lock
/// meet at the first that they have in common and never wait for each other in a circle.
pub(crate) async fn lock_with_admins(
    connection: &impl ConnectionTrait,
    id: UserId,
) -> Result<Vec<Model>, DbErr> {
    let admins = Condition::all()
        .add(Column::Role.eq(Role::Admin))
        .add(Column::Status.eq(Status::Active));
    Entity::alive()
        .filter(Condition::any().add(Column::Id.eq(id)).add(admins))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(connection)
        .await
}

pub(crate) async fn update(
    connection: &impl ConnectionTrait,
    id: UserId,
    expected: &Expected,
    changes: UserUpdate,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let email_key = match &changes.email {
        Change::Set(email) => Set(email.key()),
        Change::Keep => NotSet,
    };
    let changes = ActiveModel {
        email: set(changes.email),
        email_key,
        display_name: set(changes.display_name),
        role: set(changes.role),
        status: set(changes.status),
        ..Default::default()
    };
    record::update::<Entity>(connection, id, Condition::all(), expected, changes, now).await
}

pub(crate) async fn delete(
    connection: &impl ConnectionTrait,
    id: UserId,
    expected: &Expected,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    record::delete::<Entity>(connection, id, Condition::all(), expected, now).await
}

impl SortBy<Entity> for UserSort {
    fn expression(self) -> Expr {
        let column = match self {
            Self::CreatedAt => Column::CreatedAt,
            Self::UpdatedAt => Column::UpdatedAt,
            Self::Email => Column::EmailKey,
            Self::DisplayName => Column::DisplayName,
        };
        Expr::col((Entity, column))
    }

    fn value(self, row: &Model) -> CursorValue {
        match self {
            Self::CreatedAt => CursorValue::Time(row.created_at),
            Self::UpdatedAt => CursorValue::Time(row.updated_at),
            Self::Email => CursorValue::Text(row.email_key.clone()),
            Self::DisplayName => CursorValue::Text(row.display_name.as_str().to_owned()),
        }
    }
}
