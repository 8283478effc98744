//! Queries on `account_tokens`.

use ashlar_core::principal::UserId;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr,
    EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};

use crate::{
    entity::account_token::{ActiveModel, Column, Entity, Model},
    model::{AccountTokenId, Purpose},
};

pub(crate) async fn insert(connection: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert_many([row.into_active_model().reset_all()])
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
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
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

/// Notes that a token is sent once more.
pub(crate) async fn note_sent(
    connection: &impl ConnectionTrait,
    id: AccountTokenId,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    Entity::update_many()
        .set(ActiveModel {
            sent_at: Set(Some(now)),
            ..Default::default()
        })
        .filter(Column::Id.eq(id))
        .exec(connection)
        .await?;
    Ok(())
}

/// Removes the user's tokens for this purpose that are good for nothing any more.
pub(crate) async fn delete_over(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let over = Condition::any()
        .add(Column::UsedAt.is_not_null())
        .add(Column::ExpiresAt.lte(now));
    Entity::delete_many()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::Purpose.eq(purpose))
        .filter(over)
        .exec(connection)
        .await?;
    Ok(())
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
