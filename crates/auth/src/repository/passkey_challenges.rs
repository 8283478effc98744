//! Queries on `passkey_challenges`.

use ashlar_core::principal::UserId;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter,
};

use crate::{
    entity::passkey_challenge::{Column, Entity, Model},
    model::{ChallengeId, ChallengePurpose},
};

pub(crate) async fn insert(connection: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert_many([row.into_active_model().reset_all()])
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// Uses up what `user_id` (or nobody) was asked for `purpose`: the challenge, if it was there and not
/// too old. Of two who use it at once, one gets it.
pub(crate) async fn take(
    connection: &impl ConnectionTrait,
    id: ChallengeId,
    user_id: Option<UserId>,
    purpose: ChallengePurpose,
    now: DateTime<Utc>,
) -> Result<Option<String>, DbErr> {
    let owner = match user_id {
        Some(user_id) => Column::UserId.eq(user_id),
        None => Column::UserId.is_null(),
    };
    let taken = Entity::delete_many()
        .filter(Column::Id.eq(id))
        .filter(owner)
        .filter(Column::Purpose.eq(purpose))
        .filter(Column::ExpiresAt.gt(now))
        .exec_with_returning(connection)
        .await?;
    Ok(taken.into_iter().next().map(|row: Model| row.challenge))
}

/// Removes those that nobody answered in time. How many there were.
pub(crate) async fn delete_expired(
    connection: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let deleted = Entity::delete_many()
        .filter(Column::ExpiresAt.lte(now))
        .exec(connection)
        .await?;
    Ok(deleted.rows_affected)
}
