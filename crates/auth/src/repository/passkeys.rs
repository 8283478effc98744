//! Queries on `passkeys`.

use ashlar_core::principal::UserId;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr,
    EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
};

use crate::{
    entity::passkey::{ActiveModel, Column, Entity, Model},
    model::PasskeyId,
    webauthn::State,
};

/// The unique index on credentials.
pub(crate) const UNIQUE_CREDENTIAL: &str = "ux_passkeys_credential_id";

pub(crate) async fn insert(connection: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert_many([row.into_active_model().reset_all()])
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// The user's passkeys, the oldest first.
pub(crate) async fn of_user(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::UserId.eq(user_id))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(connection)
        .await
}

pub(crate) async fn count(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<u64, DbErr> {
    Entity::find()
        .filter(Column::UserId.eq(user_id))
        .count(connection)
        .await
}

/// The passkey with this credential's id (base64url).
pub(crate) async fn find_by_credential(
    connection: &impl ConnectionTrait,
    credential_id: &str,
) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::CredentialId.eq(credential_id))
        .one(connection)
        .await
}

/// Notes that the passkey signed and what its authenticator said, unless the count of its signatures
/// did not grow (WebAuthn, 7.2, step 22): then there may be two of it. Whether it was noted.
pub(crate) async fn note_use(
    connection: &impl ConnectionTrait,
    id: PasskeyId,
    state: State,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let sign_count = i64::from(state.sign_count);
    let grows = match sign_count {
        // An authenticator that does not count says 0 each time.
        0 => Column::SignCount.eq(0),
        _ => Column::SignCount.lt(sign_count),
    };
    let noted = Entity::update_many()
        .set(ActiveModel {
            sign_count: Set(sign_count),
            backed_up: Set(state.backed_up),
            last_used_at: Set(Some(now)),
            ..Default::default()
        })
        .filter(Column::Id.eq(id))
        .filter(grows)
        .exec(connection)
        .await?;
    Ok(noted.rows_affected == 1)
}

/// The user's passkey, which is gone now, if there was one.
pub(crate) async fn delete(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    id: PasskeyId,
) -> Result<bool, DbErr> {
    delete_where(connection, user_id, Condition::all().add(Column::Id.eq(id)))
        .await
        .map(|deleted| deleted == 1)
}

/// How many there were.
pub(crate) async fn delete_all(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<u64, DbErr> {
    delete_where(connection, user_id, Condition::all()).await
}

async fn delete_where(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    condition: Condition,
) -> Result<u64, DbErr> {
    let deleted = Entity::delete_many()
        .filter(Column::UserId.eq(user_id))
        .filter(condition)
        .exec(connection)
        .await?;
    Ok(deleted.rows_affected)
}
