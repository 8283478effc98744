//! Changes of what a user may do: the last active admin remains one, and each is told.

use ashlar_core::{
    database::Transaction,
    principal::{Principal, UserId},
    record::Expected,
};

use super::Users;
use crate::{audit::Entry, entity::user::Model, error::AuthError, model::Status, repository};

impl Users {
    /// Makes sure that `caller` may still change users, that the user `id` can be changed as expected,
    /// and, when the change `leaves` no active admin of them, that another one remains; nobody else can
    /// change that until the end of the transaction. Answers the user as they are.
    pub(super) async fn lock_for_change(
        &self,
        transaction: &Transaction,
        caller: &Principal,
        id: UserId,
        expected: &Expected,
        leaves: bool,
    ) -> Result<Model, AuthError> {
        let ids = [id, caller.user_id];
        let locked = repository::users::lock_with_admins(transaction, &ids).await?;
        self.callers
            .may_manage(transaction, &locked, caller)
            .await?;
        let user = locked
            .iter()
            .find(|user| user.id == id)
            .ok_or(AuthError::NotFound)?;
        if !expected.allows(user.version) {
            return Err(AuthError::Changed);
        }
        let is_admin = |user: &Model| user.role.is_admin() && user.status == Status::Active;
        let others = locked.iter().any(|user| user.id != id && is_admin(user));
        if leaves && is_admin(user) && !others {
            return Err(AuthError::LastAdmin);
        }
        Ok(user.clone())
    }
}

/// What the audit log is told of a change of standing.
pub(super) fn standing_changes(before: &Model, after: &Model) -> impl Iterator<Item = Entry> {
    let changes = [
        (
            "user.role_changed",
            before.role.as_str(),
            after.role.as_str(),
        ),
        (
            "user.status_changed",
            before.status.as_str(),
            after.status.as_str(),
        ),
    ];
    let changes = changes.into_iter().filter(|(_, from, to)| from != to);
    changes.map(|(action, from, to)| {
        let entry = Entry::new(action).to(after.id);
        entry.with("from", from).with("to", to)
    })
}
