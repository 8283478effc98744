//! Queries on `api_keys`. A revoked key is found by none of them.

use ashlar_core::{
    page::{self, CursorValue, Page, PageRequest, SortBy},
    principal::UserId,
    scopes::Scopes,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DatabaseBackend, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, Select, Value,
    sea_query::{Expr, ExprTrait, extension::postgres::PgFunc},
};

use crate::{
    api_key::KeyHash,
    entity::api_key::{ActiveModel, Column, Entity, Model},
    known_keys::{KnownKey, USE_PRECISION},
    model::ApiKeyId,
    schemas::ApiKeySort,
};

pub(crate) async fn insert(connection: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert_many([row.into_active_model().reset_all()])
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// Those of `hashes` that are of a key. One statement, whose text on PostgreSQL is the same for any
/// number of them, so that it is prepared once.
pub(crate) async fn find_known(
    connection: &impl ConnectionTrait,
    hashes: Vec<KeyHash>,
) -> Result<Vec<(KeyHash, KnownKey)>, DbErr> {
    let hashes: Vec<String> = hashes.into_iter().map(String::from).collect();
    let keys = unrevoked()
        .filter(is_any_of(connection, Column::Hash, hashes))
        .all(connection)
        .await?;
    Ok(keys.iter().map(|key| (key.hash, known(key))).collect())
}

fn known(key: &Model) -> KnownKey {
    let scopes: Vec<String> = key.scopes.split_whitespace().map(str::to_owned).collect();
    KnownKey {
        id: key.id,
        user_id: key.user_id,
        scopes: Scopes::only(scopes),
        second_factor: key.second_factor,
        expires_at: key.expires_at,
        last_used_at: key.last_used_at,
    }
}

/// How many keys of the user are good at `now`.
pub(crate) async fn count_living(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let endless = Column::ExpiresAt.is_null();
    unrevoked()
        .filter(Column::UserId.eq(user_id))
        .filter(Condition::any().add(endless).add(Column::ExpiresAt.gt(now)))
        .count(connection)
        .await
}

/// A user's keys, also those that are over.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    request: &PageRequest<ApiKeySort>,
) -> Result<Page<Model>, DbErr> {
    let rows = unrevoked().filter(Column::UserId.eq(user_id));
    page::fetch(connection, rows, request).await
}

/// Revokes a key of the user. The key, if there was one.
pub(crate) async fn revoke(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    id: ApiKeyId,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let revoked = Entity::update_many()
        .set(ActiveModel {
            revoked_at: Set(Some(now)),
            ..Default::default()
        })
        .filter(Column::Id.eq(id))
        .filter(Column::UserId.eq(user_id))
        .filter(Column::RevokedAt.is_null())
        .exec_with_returning(connection)
        .await?;
    Ok(revoked.into_iter().next())
}

/// Revokes every key of the user. Those that were not revoked before.
pub(crate) async fn revoke_all(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    now: DateTime<Utc>,
) -> Result<Vec<Model>, DbErr> {
    Entity::update_many()
        .set(ActiveModel {
            revoked_at: Set(Some(now)),
            ..Default::default()
        })
        .filter(Column::UserId.eq(user_id))
        .filter(Column::RevokedAt.is_null())
        .exec_with_returning(connection)
        .await
}

/// Takes from the user's keys what they have by a second factor: those that had it.
pub(crate) async fn forget_second_factor(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<Vec<KeyHash>, DbErr> {
    let changed = Entity::update_many()
        .set(ActiveModel {
            second_factor: Set(false),
            ..Default::default()
        })
        .filter(Column::UserId.eq(user_id))
        .filter(Column::SecondFactor.eq(true))
        .exec_with_returning(connection)
        .await?;
    Ok(changed.into_iter().map(|key| key.hash).collect())
}

/// Notes that these keys were used at `now`, unless another process just did.
pub(crate) async fn note_uses(
    connection: &impl ConnectionTrait,
    ids: impl Iterator<Item = ApiKeyId>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let ids: Vec<_> = ids.map(|id| id.as_uuid()).collect();
    let unused = Column::LastUsedAt.is_null();
    let long_ago = Column::LastUsedAt.lte(now - USE_PRECISION);
    Entity::update_many()
        .set(ActiveModel {
            last_used_at: Set(Some(now)),
            ..Default::default()
        })
        .filter(is_any_of(connection, Column::Id, ids))
        .filter(Condition::any().add(unused).add(long_ago))
        .exec(connection)
        .await?;
    Ok(())
}

fn unrevoked() -> Select<Entity> {
    Entity::find().filter(Column::RevokedAt.is_null())
}

fn is_any_of<T>(connection: &impl ConnectionTrait, column: Column, values: Vec<T>) -> Expr
where
    T: Into<Value>,
    Vec<T>: Into<Value>,
{
    let column = Expr::col((Entity, column));
    match connection.get_database_backend() {
        DatabaseBackend::Postgres => column.eq(PgFunc::any(Expr::value(values))),
        _ => column.is_in(values),
    }
}

impl SortBy<Entity> for ApiKeySort {
    fn expression(self) -> Expr {
        match self {
            Self::CreatedAt => Expr::col((Entity, Column::CreatedAt)),
        }
    }

    fn value(self, row: &Model) -> CursorValue {
        match self {
            Self::CreatedAt => CursorValue::Time(row.created_at),
        }
    }
}
