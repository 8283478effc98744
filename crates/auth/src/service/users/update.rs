//! Changing users.

use ashlar_core::{
    database::Transaction,
    events::publish,
    http::ClientInfo,
    principal::{Principal, UserId},
    record::Expected,
    valid::Change,
};

use super::{Users, must_concern, standing::standing_changes};
use crate::{
    audit::{self, Entry},
    entity::user::Model,
    error::AuthError,
    events::updated,
    model::{ManageUsers, Status},
    repository,
    schemas::UserUpdate,
    service::email_changes::tell_of_change,
};

impl Users {
    /// Changes a user. Nobody's own address: that is for [`EmailChanges`](crate::service::EmailChanges).
    pub(crate) async fn update(
        &self,
        caller: &Principal,
        client: &ClientInfo,
        id: UserId,
        expected: &Expected,
        mut changes: UserUpdate,
    ) -> Result<Model, AuthError> {
        must_concern(caller, id)?;
        // With another's address, role or status one takes their account, or shuts them out of it.
        if !caller.is_recent && (caller.user_id != id || changes.changes_standing()) {
            return Err(AuthError::StepUpRequired);
        }
        if changes.changes_standing() && !caller.can::<ManageUsers>() {
            return Err(AuthError::Forbidden);
        }
        self.leave_same_email(caller, id, &mut changes).await?;
        if changes.is_empty() {
            return self.unchanged(id, expected).await;
        }
        if changes.changes_standing() {
            (self.update_standing(caller, client, id, expected, changes)).await
        } else {
            (self.update_profile(caller, client, id, expected, changes)).await
        }
    }

    /// The address that a user has is no change. Another one is not to be had here for oneself:
    /// whoever finds a sign-in that was left open must not take the account over by it.
    async fn leave_same_email(
        &self,
        caller: &Principal,
        id: UserId,
        changes: &mut UserUpdate,
    ) -> Result<(), AuthError> {
        let Change::Set(email) = &changes.email else {
            return Ok(());
        };
        let user = repository::users::find(self.database.connection(), id).await?;
        let user = user.ok_or(AuthError::NotFound)?;
        if user.email == *email {
            changes.email = Change::Keep;
        } else if caller.user_id == id {
            return Err(AuthError::EmailElsewhere);
        }
        Ok(())
    }

    /// A change of nothing is no new version.
    async fn unchanged(&self, id: UserId, expected: &Expected) -> Result<Model, AuthError> {
        let user = repository::users::find(self.database.connection(), id).await?;
        let user = user.ok_or(AuthError::NotFound)?;
        if expected.allows(user.version) {
            Ok(user)
        } else {
            Err(AuthError::Changed)
        }
    }

    async fn update_profile(
        &self,
        caller: &Principal,
        client: &ClientInfo,
        id: UserId,
        expected: &Expected,
        changes: UserUpdate,
    ) -> Result<Model, AuthError> {
        let work = async |transaction: &Transaction| {
            if caller.user_id != id {
                // Locked, so that nobody who becomes an admin meanwhile is changed as if they were not.
                (self.callers.lock_managed(transaction, caller, id)).await?;
            }
            self.write(transaction, caller, client, id, expected, &changes)
                .await
        };
        let Some(user) = self.database.transaction(work).await? else {
            return Err(self.absent_or_changed(id).await);
        };
        tracing::info!(user_id = %id, "user_updated");
        Ok(user)
    }

    async fn update_standing(
        &self,
        caller: &Principal,
        client: &ClientInfo,
        id: UserId,
        expected: &Expected,
        changes: UserUpdate,
    ) -> Result<Model, AuthError> {
        if let Change::Set(role) = &changes.role {
            self.roles.must_exist(role)?;
            self.roles.must_be_within(role, caller)?;
        }
        let suspends = matches!(changes.status, Change::Set(Status::Suspended));
        let leaves = suspends || matches!(&changes.role, Change::Set(role) if !role.is_admin());
        let work = async |transaction: &Transaction| {
            let locked = self.lock_for_change(transaction, caller, id, expected, leaves);
            let before = locked.await?;
            self.roles.must_be_within(&before.role, caller)?;
            let written = self.write(transaction, caller, client, id, expected, &changes);
            let user = written.await?.ok_or(AuthError::NotFound)?;
            for entry in standing_changes(&before, &user) {
                let entry = entry.by(caller).from(client);
                audit::record(transaction, entry, self.clock.now()).await?;
            }
            if suspends {
                (self.sessions)
                    .end_with_standing(transaction, caller, id)
                    .await?;
            }
            self.standings.forget_after(transaction, &[id]);
            Ok::<_, AuthError>(user)
        };
        let user = self.database.transaction(work).await?;
        tracing::info!(
            user_id = %id,
            role = user.role.as_str(),
            status = user.status.as_str(),
            "user_standing_changed"
        );
        Ok(user)
    }

    /// Writes changes and tells of them. `None` when the user is not there in an expected version.
    async fn write(
        &self,
        transaction: &Transaction,
        caller: &Principal,
        client: &ClientInfo,
        id: UserId,
        expected: &Expected,
        changes: &UserUpdate,
    ) -> Result<Option<Model>, AuthError> {
        let before = match &changes.email {
            Change::Set(_) => repository::users::lock(transaction, id).await?,
            Change::Keep => None,
        };
        let (changes, now) = (changes.clone(), self.clock.now());
        let user = repository::users::update(transaction, id, expected, changes, now).await?;
        if let Some(user) = &user {
            publish(transaction, &updated(user), now).await?;
            if let Some(before) = &before {
                let entry = Entry::new("email.changed").to(id).by(caller).from(client);
                tell_of_change(transaction, &self.tokens, before, user, entry, now).await?;
            }
        }
        Ok(user)
    }

    /// Why nothing was updated.
    async fn absent_or_changed(&self, id: UserId) -> AuthError {
        match repository::users::find(self.database.connection(), id).await {
            Ok(Some(_)) => AuthError::Changed,
            Ok(None) => AuthError::NotFound,
            Err(error) => error.into(),
        }
    }
}
