//! Users: registering, reading, changing, deleting.

use std::{collections::HashMap, sync::Arc};

use ashlar_contracts::users::UserDeleted;
use ashlar_core::{
    clock::Clock,
    database::{Database, Transaction},
    events::publish,
    page::{Page, PageRequest},
    principal::{Principal, UserId},
    record::Expected,
    valid::Change,
};

use crate::{
    entity::user::Model,
    error::AuthError,
    events::{registered, updated},
    model::{DisplayName, Email, ManageUsers, NewPassword, Role, Status},
    password::Passwords,
    repository::{self, users::NewUser},
    schemas::{UserCreate, UserFilters, UserSort, UserUpdate},
    standing::Standings,
};

/// The users. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Users {
    database: Database,
    clock: Clock,
    passwords: Arc<Passwords>,
    standings: Arc<Standings>,
}

impl Users {
    pub(crate) fn new(
        database: Database,
        clock: Clock,
        passwords: Arc<Passwords>,
        standings: Arc<Standings>,
    ) -> Self {
        Self {
            database,
            clock,
            passwords,
            standings,
        }
    }

    /// Whether there is such a user, suspended or not.
    ///
    /// # Errors
    ///
    /// When the database cannot tell.
    pub async fn exists(&self, id: UserId) -> Result<bool, AuthError> {
        let user = repository::users::find(self.database.connection(), id).await?;
        Ok(user.is_some())
    }

    /// What those of `ids` are called who exist, in one statement.
    ///
    /// # Errors
    ///
    /// When the database cannot tell.
    pub async fn display_names(
        &self,
        ids: &[UserId],
    ) -> Result<HashMap<UserId, DisplayName>, AuthError> {
        let users = repository::users::find_all(self.database.connection(), ids).await?;
        let named = |user: Model| (user.id, user.display_name);
        Ok(users.into_iter().map(named).collect())
    }

    /// Makes an admin: the first one, from the command line.
    ///
    /// # Errors
    ///
    /// [`AuthError::EmailTaken`] when there is a user with this address: who that is to be an
    /// admin is decided by signing in as one.
    pub async fn create_admin(
        &self,
        email: Email,
        display_name: DisplayName,
        password: NewPassword,
    ) -> Result<UserId, AuthError> {
        let admin = self
            .create(email, display_name, password, Role::Admin)
            .await?;
        tracing::info!(user_id = %admin.id, "admin_created");
        Ok(admin.id)
    }

    pub(crate) async fn register(&self, user: UserCreate) -> Result<Model, AuthError> {
        let user = self
            .create(user.email, user.display_name, user.password, Role::User)
            .await?;
        tracing::info!(user_id = %user.id, "user_registered");
        Ok(user)
    }

    async fn create(
        &self,
        email: Email,
        display_name: DisplayName,
        password: NewPassword,
        role: Role,
    ) -> Result<Model, AuthError> {
        let user = NewUser {
            email,
            display_name,
            email_verified_at: None,
            role,
        };
        let hash = self.passwords.hash(password.into_secret()).await?;
        let work = async |transaction: &Transaction| {
            let now = self.clock.now();
            let user = repository::users::insert(transaction, user.clone(), now).await?;
            repository::passwords::set(transaction, user.id, hash.clone(), now).await?;
            publish(transaction, &registered(&user), now).await?;
            Ok(user)
        };
        self.database.transaction(work).await
    }

    pub(crate) async fn list(
        &self,
        filters: &UserFilters,
        page: &PageRequest<UserSort>,
    ) -> Result<Page<Model>, AuthError> {
        Ok(repository::users::list(self.database.connection(), filters, page).await?)
    }

    pub(crate) async fn read(&self, caller: &Principal, id: UserId) -> Result<Model, AuthError> {
        must_concern(caller, id)?;
        let user = repository::users::find(self.database.connection(), id).await?;
        user.ok_or(AuthError::NotFound)
    }

    pub(crate) async fn update(
        &self,
        caller: &Principal,
        id: UserId,
        expected: &Expected,
        changes: UserUpdate,
    ) -> Result<Model, AuthError> {
        must_concern(caller, id)?;
        if changes.changes_standing() && !caller.can::<ManageUsers>() {
            return Err(AuthError::Forbidden);
        }
        if changes.is_empty() {
            return self.unchanged(id, expected).await;
        }
        if changes.changes_standing() {
            self.update_standing(id, expected, changes).await
        } else {
            self.update_profile(id, expected, changes).await
        }
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
        id: UserId,
        expected: &Expected,
        changes: UserUpdate,
    ) -> Result<Model, AuthError> {
        let work = async |transaction: &Transaction| {
            let (changes, now) = (changes.clone(), self.clock.now());
            let user = repository::users::update(transaction, id, expected, changes, now).await?;
            if let Some(user) = &user {
                publish(transaction, &updated(user), now).await?;
            }
            Ok::<_, AuthError>(user)
        };
        let Some(user) = self.database.transaction(work).await? else {
            return Err(self.absent_or_changed(id).await);
        };
        tracing::info!(user_id = %id, "user_updated");
        Ok(user)
    }

    async fn update_standing(
        &self,
        id: UserId,
        expected: &Expected,
        changes: UserUpdate,
    ) -> Result<Model, AuthError> {
        let leaves = matches!(changes.role, Change::Set(Role::User))
            || matches!(changes.status, Change::Set(Status::Suspended));
        let work = async |transaction: &Transaction| {
            lock_for_change(transaction, id, expected, leaves).await?;
            let now = self.clock.now();
            let user =
                repository::users::update(transaction, id, expected, changes.clone(), now).await?;
            let user = user.ok_or(AuthError::NotFound)?;
            publish(transaction, &updated(&user), now).await?;
            Ok::<_, AuthError>(user)
        };
        let user = self.database.transaction(work).await?;
        self.standings.forget(id);
        tracing::info!(
            user_id = %id,
            role = user.role.as_str(),
            status = user.status.as_str(),
            "user_standing_changed"
        );
        Ok(user)
    }

    pub(crate) async fn delete(
        &self,
        caller: &Principal,
        id: UserId,
        expected: &Expected,
    ) -> Result<(), AuthError> {
        must_concern(caller, id)?;
        let work = async |transaction: &Transaction| {
            lock_for_change(transaction, id, expected, true).await?;
            let now = self.clock.now();
            if repository::users::delete(transaction, id, expected, now).await? {
                // Whoever it was at a provider may register anew.
                repository::oauth_accounts::delete_all(transaction, id).await?;
                publish(transaction, &UserDeleted { user_id: id }, now).await?;
            }
            Ok::<(), AuthError>(())
        };
        self.database.transaction(work).await?;
        self.standings.forget(id);
        tracing::info!(user_id = %id, "user_deleted");
        Ok(())
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

/// Users are their own business and that of those who manage users; to all others they do not
/// exist.
fn must_concern(caller: &Principal, id: UserId) -> Result<(), AuthError> {
    if caller.user_id == id || caller.can::<ManageUsers>() {
        Ok(())
    } else {
        Err(AuthError::NotFound)
    }
}

/// Makes sure that the user `id` can be changed as expected, and, when the change `leaves` no
/// active admin of them, that another one remains; nobody else can change that until the end of
/// the transaction.
async fn lock_for_change(
    transaction: &Transaction,
    id: UserId,
    expected: &Expected,
    leaves: bool,
) -> Result<(), AuthError> {
    let locked = repository::users::lock_with_admins(transaction, id).await?;
    let user = locked
        .iter()
        .find(|user| user.id == id)
        .ok_or(AuthError::NotFound)?;
    if !expected.allows(user.version) {
        return Err(AuthError::Changed);
    }
    let is_admin = |user: &Model| user.role == Role::Admin && user.status == Status::Active;
    let others = locked.iter().any(|user| user.id != id && is_admin(user));
    if leaves && is_admin(user) && !others {
        return Err(AuthError::LastAdmin);
    }
    Ok(())
}
