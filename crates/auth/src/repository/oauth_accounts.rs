//! Queries on `oauth_accounts`.

use ashlar_core::principal::UserId;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    entity::oauth_account::{ActiveModel, Column, Entity, Model},
    model::{OauthAccountId, ProviderName},
};

/// The unique indexes: one user for each account at a provider, one account of each provider for a user.
pub(crate) const UNIQUE_SUBJECT: &str = "ux_oauth_accounts_provider_subject";
pub(crate) const UNIQUE_PROVIDER: &str = "ux_oauth_accounts_user_id_provider";

pub(crate) async fn insert(connection: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert_many([row.into_active_model().reset_all()])
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

pub(crate) async fn find_by_subject(
    connection: &impl ConnectionTrait,
    provider: &ProviderName,
    subject: &str,
) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::Provider.eq(provider.clone()))
        .filter(Column::Subject.eq(subject))
        .one(connection)
        .await
}

pub(crate) async fn find_by_user(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    provider: &ProviderName,
) -> Result<Option<Model>, DbErr> {
    let mine = Entity::find().filter(of(user_id, provider));
    mine.one(connection).await
}

/// A user's links: one of each provider, so they are few.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::UserId.eq(user_id))
        .order_by_asc(Column::Provider)
        .all(connection)
        .await
}

pub(crate) async fn count(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<u64, DbErr> {
    let mine = Entity::find().filter(Column::UserId.eq(user_id));
    mine.count(connection).await
}

/// Writes what `changes` say, if the row is still at `version`, and makes it the next; whether it was.
pub(crate) async fn update(
    connection: &impl ConnectionTrait,
    id: OauthAccountId,
    version: i64,
    changes: ActiveModel,
) -> Result<bool, DbErr> {
    let updated = Entity::update_many()
        .set(changes)
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(id))
        .filter(Column::Version.eq(version))
        .exec(connection)
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Takes the right to refresh the tokens for as long as `until`, if nobody has it; whether nobody had.
pub(crate) async fn claim_refresh(
    connection: &impl ConnectionTrait,
    account: &Model,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let free = Condition::any()
        .add(Column::RefreshingUntil.is_null())
        .add(Column::RefreshingUntil.lte(now));
    let claimed = Entity::update_many()
        .set(ActiveModel {
            refreshing_until: Set(Some(until)),
            ..Default::default()
        })
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(account.id))
        .filter(Column::Version.eq(account.version))
        .filter(free)
        .exec(connection)
        .await?;
    Ok(claimed.rows_affected == 1)
}

/// The accounts after this one in the order of their ids, at most `limit`.
pub(crate) async fn after(
    connection: &impl ConnectionTrait,
    id: Option<OauthAccountId>,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let mut rows = Entity::find();
    if let Some(id) = id {
        rows = rows.filter(Column::Id.gt(id));
    }
    rows.order_by_asc(Column::Id)
        .limit(limit)
        .all(connection)
        .await
}

/// Whether there was one.
pub(crate) async fn delete(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    provider: &ProviderName,
) -> Result<bool, DbErr> {
    let mine = Entity::delete_many().filter(of(user_id, provider));
    Ok(mine.exec(connection).await?.rows_affected == 1)
}

/// Removes all links of a user; how many there were.
pub(crate) async fn delete_all(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<u64, DbErr> {
    let mine = Entity::delete_many().filter(Column::UserId.eq(user_id));
    Ok(mine.exec(connection).await?.rows_affected)
}

fn of(user_id: UserId, provider: &ProviderName) -> Condition {
    Condition::all()
        .add(Column::UserId.eq(user_id))
        .add(Column::Provider.eq(provider.clone()))
}
