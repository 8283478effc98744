//! What a session proves of its user, who may have more to prove since.

use ashlar_core::database::Transaction;

use crate::{
    entity::{session, user},
    error::AuthError,
    model::Method,
    repository,
};

/// Whether `session` began with a second factor, where its user has one: an app or a passkey. Both are locked.
pub(in crate::service) async fn is_proved(
    transaction: &Transaction,
    user: &user::Model,
    session: &session::Model,
) -> Result<bool, AuthError> {
    Ok(Method::have_second_factor(&session.methods)
        || !(user.second_factor || repository::passkeys::count(transaction, user.id).await? > 0))
}
