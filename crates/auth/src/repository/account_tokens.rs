//! Queries on `account_tokens`.

use ashlar_core::principal::UserId;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, sea_query::OnConflict,
};

use crate::{
    entity::account_token::{ActiveModel, Column, Entity, Model},
    model::{AccountTokenId, Purpose},
};

/// Writes a token, in the place of the one that its user has for the same purpose.
pub(crate) async fn replace(connection: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    let replace = OnConflict::columns([Column::UserId, Column::Purpose])
        .update_columns([
            Column::Id,
            Column::Email,
            Column::CreatedAt,
            Column::ExpiresAt,
            Column::UsedAt,
        ])
        .to_owned();
    Entity::insert_many([row.into_active_model().reset_all()])
        .on_conflict(replace)
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    id: AccountTokenId,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(connection).await
}

/// The newest token of a user for a purpose, used or not.
pub(crate) async fn newest(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    purpose: Purpose,
) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::Purpose.eq(purpose))
        .one(connection)
        .await
}

/// Marks a token as used, if it was not and its time is not over. Of two who try at once one does.
pub(crate) async fn mark_used(
    connection: &impl ConnectionTrait,
    id: AccountTokenId,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let updated = Entity::update_many()
        .set(ActiveModel {
            used_at: Set(Some(now)),
            ..Default::default()
        })
        .filter(Column::Id.eq(id))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .exec(connection)
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Removes the user's tokens for these purposes: their links lead nowhere from now on.
pub(crate) async fn delete(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    purposes: &[Purpose],
) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::Purpose.is_in(purposes.iter().copied()))
        .exec(connection)
        .await?;
    Ok(())
}
