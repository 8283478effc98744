//! Queries on `passwords`.

use ashlar_core::principal::UserId;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::OnConflict,
};

use crate::{
    entity::password::{ActiveModel, Column, Entity, Model},
    password::PasswordHash,
};

pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(user_id).one(connection).await
}

/// Sets the hash of a user's password, whether they had one or not.
pub(crate) async fn set(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    hash: PasswordHash,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = ActiveModel {
        user_id: Set(user_id),
        hash: Set(hash),
        changed_at: Set(now),
    };
    let replace = OnConflict::column(Column::UserId)
        .update_columns([Column::Hash, Column::ChangedAt])
        .to_owned();
    Entity::insert_many([row])
        .on_conflict(replace)
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// Replaces `old` by another hash of the same password. Whether `old` was still there.
pub(crate) async fn upgrade(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    old: PasswordHash,
    new: PasswordHash,
) -> Result<bool, DbErr> {
    let updated = Entity::update_many()
        .set(ActiveModel {
            hash: Set(new),
            ..Default::default()
        })
        .filter(Column::UserId.eq(user_id))
        .filter(Column::Hash.eq(old))
        .exec(connection)
        .await?;
    Ok(updated.rows_affected == 1)
}
