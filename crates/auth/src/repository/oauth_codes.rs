//! Queries on `oauth_codes`.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter,
};

use crate::entity::oauth_code::{Column, Entity, Model};

pub(crate) async fn insert(connection: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert_many([row.into_active_model().reset_all()])
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// The code, if it is this browser's and not over. It stays good.
pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    code_hash: &str,
    browser_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let found = Entity::find().filter(good(code_hash, browser_hash, now));
    found.one(connection).await
}

/// Uses the code up; whether it was there: of several who come with it one gets it.
pub(crate) async fn take(
    connection: &impl ConnectionTrait,
    code_hash: &str,
    browser_hash: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let taken = Entity::delete_many().filter(good(code_hash, browser_hash, now));
    Ok(taken.exec(connection).await?.rows_affected == 1)
}

/// Removes those that are over; how many there were.
pub(crate) async fn delete_expired(
    connection: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let deleted = Entity::delete_many().filter(Column::ExpiresAt.lte(now));
    Ok(deleted.exec(connection).await?.rows_affected)
}

fn good(code_hash: &str, browser_hash: &str, now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(Column::CodeHash.eq(code_hash))
        .add(Column::BrowserHash.eq(browser_hash))
        .add(Column::ExpiresAt.gt(now))
}
