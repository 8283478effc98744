//! Queries on `oauth_flows`.

use ashlar_core::principal::UserId;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter,
};

use crate::{
    entity::oauth_flow::{Column, Entity, Model},
    model::ProviderName,
};

pub(crate) async fn insert(connection: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert_many([row.into_active_model().reset_all()])
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// Removes the flows in which the user is about to link a provider. They are few, and over in minutes.
pub(crate) async fn delete_of(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<(), DbErr> {
    let linking = Entity::delete_many().filter(Column::LinkUserId.eq(user_id));
    linking.exec(connection).await?;
    Ok(())
}

/// Takes out the flow with this state, if it is this browser's, at this provider, and not over: of
/// several who come with it one gets it.
pub(crate) async fn take(
    connection: &impl ConnectionTrait,
    provider: &ProviderName,
    state_hash: &str,
    browser_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let taken = Entity::delete_many()
        .filter(Column::StateHash.eq(state_hash))
        .filter(Column::BrowserHash.eq(browser_hash))
        .filter(Column::Provider.eq(provider.clone()))
        .filter(Column::ExpiresAt.gt(now))
        .exec_with_returning(connection)
        .await?;
    Ok(taken.into_iter().next())
}

/// Removes those that are over; how many there were.
pub(crate) async fn delete_expired(
    connection: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let deleted = Entity::delete_many().filter(Column::ExpiresAt.lte(now));
    Ok(deleted.exec(connection).await?.rows_affected)
}
