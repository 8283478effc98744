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
    model::{DisplayName, Email, RoleName, Status},
    schemas::{UserFilters, UserSort, UserUpdate},
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
    pub(crate) role: RoleName,
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
        second_factor: Set(false),
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

/// The user and their password, if they have one.
pub(crate) async fn find_by_id_with_password(
    connection: &impl ConnectionTrait,
    id: UserId,
) -> Result<Option<(Model, Option<password::Model>)>, DbErr> {
    Entity::alive()
        .filter(Column::Id.eq(id))
        .find_also_related(password::Entity)
        .one(connection)
        .await
}

/// The user, whom nobody else changes until the end of the transaction.
pub(crate) async fn lock(
    connection: &impl ConnectionTrait,
    id: UserId,
) -> Result<Option<Model>, DbErr> {
    Entity::alive()
        .filter(Column::Id.eq(id))
        .lock_exclusive()
        .one(connection)
        .await
}

/// The user with this address, whom nobody else changes until the end of the transaction.
pub(crate) async fn lock_by_email(
    connection: &impl ConnectionTrait,
    email: &Email,
) -> Result<Option<Model>, DbErr> {
    Entity::alive()
        .filter(Column::EmailKey.eq(email.key()))
        .lock_exclusive()
        .one(connection)
        .await
}

/// The user with this address.
pub(crate) async fn find_by_email(
    connection: &impl ConnectionTrait,
    email: &Email,
) -> Result<Option<Model>, DbErr> {
    Entity::alive()
        .filter(Column::EmailKey.eq(email.key()))
        .one(connection)
        .await
}

/// Those of these users who exist.
pub(crate) async fn find_all(
    connection: &impl ConnectionTrait,
    ids: &[UserId],
) -> Result<Vec<Model>, DbErr> {
    let ids = ids.iter().map(UserId::as_uuid).collect();
    record::find_by_ids::<Entity>(connection, ids).await
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

/// These users, locked in the order of their ids, so that two who lock meet at the first that they
/// have in common and never wait for each other in a circle.
pub(crate) async fn lock_all(
    connection: &impl ConnectionTrait,
    ids: &[UserId],
) -> Result<Vec<Model>, DbErr> {
    lock_where(
        connection,
        Condition::all().add(Column::Id.is_in(ids.iter().copied())),
    )
    .await
}

/// These users and every active admin, locked in the same order.
pub(crate) async fn lock_with_admins(
    connection: &impl ConnectionTrait,
    ids: &[UserId],
) -> Result<Vec<Model>, DbErr> {
    let these = Column::Id.is_in(ids.iter().copied());
    let admins = Condition::all()
        .add(Column::Role.eq(RoleName::admin()))
        .add(Column::Status.eq(Status::Active));
    lock_where(connection, Condition::any().add(these).add(admins)).await
}

async fn lock_where(
    connection: &impl ConnectionTrait,
    condition: Condition,
) -> Result<Vec<Model>, DbErr> {
    Entity::alive()
        .filter(condition)
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(connection)
        .await
}

/// Notes whether signing in with the password asks for a second factor.
pub(crate) async fn set_second_factor(
    connection: &impl ConnectionTrait,
    id: UserId,
    second_factor: bool,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let changes = ActiveModel {
        second_factor: Set(second_factor),
        ..Default::default()
    };
    let (all, any) = (Condition::all(), Expected::any());
    record::update::<Entity>(connection, id, all, &any, changes, now).await?;
    Ok(())
}

/// Another address is one that nobody has confirmed yet.
pub(crate) async fn update(
    connection: &impl ConnectionTrait,
    id: UserId,
    expected: &Expected,
    changes: UserUpdate,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let (email_key, email_verified_at) = match &changes.email {
        Change::Set(email) => (Set(email.key()), Set(None)),
        Change::Keep => (NotSet, NotSet),
    };
    let changes = ActiveModel {
        email: set(changes.email),
        email_key,
        email_verified_at,
        display_name: set(changes.display_name),
        role: set(changes.role),
        status: set(changes.status),
        ..Default::default()
    };
    record::update::<Entity>(connection, id, Condition::all(), expected, changes, now).await
}

/// Gives the user an address that mail reaches them at: it may be the one that they have.
pub(crate) async fn set_verified_email(
    connection: &impl ConnectionTrait,
    id: UserId,
    email: Email,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let changes = ActiveModel {
        email_key: Set(email.key()),
        email: Set(email),
        email_verified_at: Set(Some(now)),
        ..Default::default()
    };
    let any = Expected::any();
    record::update::<Entity>(connection, id, Condition::all(), &any, changes, now).await
}

/// Makes it the user's next version: something has changed that other tables keep.
pub(crate) async fn touch(
    connection: &impl ConnectionTrait,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let (any, changes) = (Expected::any(), ActiveModel::default());
    record::update::<Entity>(connection, id, Condition::all(), &any, changes, now).await
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
