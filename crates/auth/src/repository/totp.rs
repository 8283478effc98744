//! Queries on `totp_credentials`.

use ashlar_core::principal::UserId;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr,
    EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict,
};

use crate::entity::totp_credential::{ActiveModel, Column, Entity, Model};

pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(user_id).one(connection).await
}

/// The same, and nobody else looks at a code of this user until the end of the transaction.
pub(crate) async fn find_locked(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(user_id)
        .lock_exclusive()
        .one(connection)
        .await
}

/// Begins anew, in place of what was not confirmed.
pub(crate) async fn enrol(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    secret: String,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = Model {
        user_id,
        secret,
        last_step: None,
        failures: 0,
        blocked_until: None,
        created_at: now,
        confirmed_at: None,
    };
    let replace = OnConflict::column(Column::UserId)
        .update_columns([
            Column::Secret,
            Column::LastStep,
            Column::Failures,
            Column::BlockedUntil,
            Column::CreatedAt,
            Column::ConfirmedAt,
        ])
        .to_owned();
    Entity::insert_many([row.into_active_model().reset_all()])
        .on_conflict(replace)
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// Asks for it from now on.
pub(crate) async fn confirm(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    step: i64,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let changes = ActiveModel {
        last_step: Set(Some(step)),
        confirmed_at: Set(Some(now)),
        ..Default::default()
    };
    update(connection, user_id, changes, Condition::all()).await?;
    Ok(())
}

/// Notes that the code of `step` was used, unless it or a later one was: whether it was not.
pub(crate) async fn accept(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    step: i64,
) -> Result<bool, DbErr> {
    let changes = ActiveModel {
        last_step: Set(Some(step)),
        failures: Set(0),
        blocked_until: Set(None),
        ..Default::default()
    };
    let unused = Condition::any()
        .add(Column::LastStep.is_null())
        .add(Column::LastStep.lt(step));
    update(connection, user_id, changes, unused).await
}

/// Forgets wrong codes, or notes how many there are and until when no other is looked at.
pub(crate) async fn note_failures(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    failures: i32,
    blocked_until: Option<DateTime<Utc>>,
) -> Result<(), DbErr> {
    let changes = ActiveModel {
        failures: Set(failures),
        blocked_until: Set(blocked_until),
        ..Default::default()
    };
    update(connection, user_id, changes, Condition::all()).await?;
    Ok(())
}

async fn update(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    changes: ActiveModel,
    condition: Condition,
) -> Result<bool, DbErr> {
    let updated = Entity::update_many()
        .set(changes)
        .filter(Column::UserId.eq(user_id))
        .filter(condition)
        .exec(connection)
        .await?;
    Ok(updated.rows_affected == 1)
}

/// The credentials after that of this user in the order of their users' ids, at most `limit`.
pub(crate) async fn after(
    connection: &impl ConnectionTrait,
    user_id: Option<UserId>,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let mut rows = Entity::find();
    if let Some(user_id) = user_id {
        rows = rows.filter(Column::UserId.gt(user_id));
    }
    rows.order_by_asc(Column::UserId)
        .limit(limit)
        .all(connection)
        .await
}

/// Writes the secret sealed anew, if it is still the one that was read; whether it was.
pub(crate) async fn reseal(
    connection: &impl ConnectionTrait,
    read: &Model,
    sealed: String,
) -> Result<bool, DbErr> {
    let changes = ActiveModel {
        secret: Set(sealed),
        ..Default::default()
    };
    let unchanged = Condition::all().add(Column::Secret.eq(read.secret.as_str()));
    update(connection, read.user_id, changes, unchanged).await
}

/// Whether there was one.
pub(crate) async fn delete(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<bool, DbErr> {
    let deleted = Entity::delete_by_id(user_id).exec(connection).await?;
    Ok(deleted.rows_affected == 1)
}
