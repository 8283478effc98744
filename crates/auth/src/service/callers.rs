//! Callers, looked at once more where what they ask for is written: since they were let in they may have been
//! signed out, or may do less.

use std::sync::Arc;

use ashlar_core::{
    database::Transaction,
    principal::{Principal, UserId},
};

use crate::{
    entity::user,
    error::AuthError,
    repository,
    service::{Caller, Roles, Sessions},
    standing::Standings,
};

/// Looks at callers under the locks of their users. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Callers {
    sessions: Sessions,
    roles: Roles,
    standings: Arc<Standings>,
}

impl Callers {
    pub(crate) fn new(sessions: Sessions, roles: Roles, standings: Arc<Standings>) -> Self {
        Self {
            sessions,
            roles,
            standings,
        }
    }

    /// The caller, for a change of their own account.
    ///
    /// # Errors
    ///
    /// [`AuthError::SessionOver`] when they were signed out meanwhile.
    pub(crate) async fn lock(
        &self,
        transaction: &Transaction,
        caller: &Principal,
    ) -> Result<Caller, AuthError> {
        self.sessions.lock_caller(transaction, caller).await
    }

    /// The same, for a change of what lets the caller in: whoever has a second factor must have proved
    /// one. Else a password that was found would be enough to add a factor, and by it to be more
    /// than a password (OWASP ASVS 5.0, 7.5.1).
    ///
    /// # Errors
    ///
    /// [`AuthError::StepUpRequired`] when they have not.
    pub(crate) async fn lock_proved(
        &self,
        transaction: &Transaction,
        caller: &Principal,
    ) -> Result<Caller, AuthError> {
        let caller = self.lock(transaction, caller).await?;
        caller.must_be_proved(transaction).await?;
        Ok(caller)
    }

    /// The user `id`, for a change by `actor`, who manages users and may do all that the other may.
    ///
    /// # Errors
    ///
    /// [`AuthError::SessionOver`], [`AuthError::StepUpRequired`] and [`AuthError::Forbidden`] when that is so no longer,
    /// [`AuthError::NotFound`] when there is no such user.
    pub(crate) async fn lock_managed(
        &self,
        transaction: &Transaction,
        actor: &Principal,
        id: UserId,
    ) -> Result<user::Model, AuthError> {
        let users = repository::users::lock_all(transaction, &[id, actor.user_id]).await?;
        self.may_manage(transaction, &users, actor).await?;
        let user = users.into_iter().find(|user| user.id == id);
        let user = user.ok_or(AuthError::NotFound)?;
        self.roles.must_be_within(&user.role, actor)?;
        Ok(user)
    }

    /// That `actor`, one of the `users` who are locked, is still signed in, with a second factor if they have one, and
    /// may do what they could.
    pub(crate) async fn may_manage(
        &self,
        transaction: &Transaction,
        users: &[user::Model],
        actor: &Principal,
    ) -> Result<(), AuthError> {
        let user = users.iter().find(|user| user.id == actor.user_id).cloned();
        let actor_now = self.sessions.stands(transaction, user, actor).await?;
        actor_now.must_be_proved(transaction).await?;
        let permissions = self.roles.permissions(&actor_now.user.role);
        let mut names = actor.permissions.names().iter();
        match names.all(|name| permissions.contains(name)) {
            true => Ok(()),
            false => Err(AuthError::Forbidden),
        }
    }

    /// Has every process ask anew what `id` has to prove, once the transaction is committed.
    pub(crate) fn factors_changed(&self, transaction: &Transaction, id: UserId) {
        self.standings.forget_after(transaction, &[id]);
    }
}
