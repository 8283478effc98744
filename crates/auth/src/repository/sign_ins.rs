//! What signing in by a password asks: read of `users` and `passwords`.

use ashlar_core::{principal::UserId, record::Record};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, FromQueryResult, QueryFilter, QuerySelect};

use crate::{
    entity::{
        password,
        user::{Column, Entity, Model},
    },
    model::{Email, Status},
    password::PasswordHash,
};

/// What a sign-in has to know of a user.
#[derive(FromQueryResult)]
pub(crate) struct SigningIn {
    pub(crate) id: UserId,
    pub(crate) status: Status,
    pub(crate) second_factor: bool,
    /// Of their password, if they have one.
    pub(crate) hash: Option<PasswordHash>,
}

/// The user with this address.
pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    email: &Email,
) -> Result<Option<SigningIn>, DbErr> {
    Entity::alive()
        .filter(Column::EmailKey.eq(email.key()))
        .left_join(password::Entity)
        .select_only()
        .columns([Column::Id, Column::Status, Column::SecondFactor])
        .column(password::Column::Hash)
        .into_model()
        .one(connection)
        .await
}

/// The user, if `hash` is their password's, where nobody else changes either until the end of the
/// transaction.
pub(crate) async fn lock(
    connection: &impl ConnectionTrait,
    id: UserId,
    hash: &PasswordHash,
) -> Result<Option<Model>, DbErr> {
    // Compared here: parameters of slow statements are logged, and this one may wait for the locks.
    let found = Entity::alive()
        .filter(Column::Id.eq(id))
        .lock_exclusive()
        .find_both_related(password::Entity)
        .one(connection)
        .await?;
    let found = found.filter(|(_, password)| password.hash == *hash);
    Ok(found.map(|(user, _)| user))
}
