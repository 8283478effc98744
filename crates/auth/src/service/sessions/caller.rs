//! A caller under the locks of their user and their session.

use ashlar_core::{database::Transaction, principal::Principal};

use super::Sessions;
use crate::{
    entity::{session, user},
    error::AuthError,
    model::Status,
    repository,
    service::{second_factor::is_proved, step_up::session_of},
};

/// A caller whom nobody changes, and whose session nobody ends, until the end of the transaction.
pub(crate) struct Caller {
    pub(crate) user: user::Model,
    pub(crate) session: session::Model,
}

impl Caller {
    /// That they proved a second factor, if they have one.
    ///
    /// # Errors
    ///
    /// [`AuthError::StepUpRequired`] when they did not.
    pub(in crate::service) async fn must_be_proved(
        &self,
        transaction: &Transaction,
    ) -> Result<(), AuthError> {
        match is_proved(transaction, &self.user, &self.session).await? {
            true => Ok(()),
            false => Err(AuthError::StepUpRequired),
        }
    }
}

impl Sessions {
    /// The caller, locked: the user before the session, as all others lock them.
    ///
    /// # Errors
    ///
    /// [`AuthError::SessionOver`] when they were signed out meanwhile.
    pub(in crate::service) async fn lock_caller(
        &self,
        transaction: &Transaction,
        caller: &Principal,
    ) -> Result<Caller, AuthError> {
        let user = repository::users::lock(transaction, caller.user_id).await?;
        self.stands(transaction, user, caller).await
    }

    /// The same of a `user` who is locked.
    pub(in crate::service) async fn stands(
        &self,
        transaction: &Transaction,
        user: Option<user::Model>,
        caller: &Principal,
    ) -> Result<Caller, AuthError> {
        let user = user.filter(|user| user.status == Status::Active);
        let user = user.ok_or(AuthError::SessionOver)?;
        let session = self.living(transaction, session_of(caller)?).await?;
        let session = session.ok_or(AuthError::SessionOver)?;
        Ok(Caller { user, session })
    }
}
