//! What a session proves of its user, who may have more to prove since.

use ashlar_core::database::Transaction;

use crate::{
    entity::{session, user},
    error::AuthError,
    model::Method,
    repository,
};

/// That `session` began with a second factor, where its user has one: an app or a passkey. Both are locked.
///
/// # Errors
///
/// [`AuthError::StepUpRequired`] when it did not.
pub(in crate::service) async fn must_be_proved(
    transaction: &Transaction,
    user: &user::Model,
    session: &session::Model,
) -> Result<(), AuthError> {
    if Method::have_second_factor(&session.methods)
        || !(user.second_factor || repository::passkeys::count(transaction, user.id).await? > 0)
    {
        Ok(())
    } else {
        Err(AuthError::StepUpRequired)
    }
}
