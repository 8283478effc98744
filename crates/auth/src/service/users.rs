//! Users: registering, reading, changing, deleting.

mod sessions;
mod standing;
mod update;

use std::{collections::HashMap, sync::Arc};

use ashlar_contracts::users::{UserDeleted, UserRegistered};
use ashlar_core::{
    clock::Clock,
    database::{Database, Transaction},
    events::publish,
    http::ClientInfo,
    page::{Page, PageRequest},
    principal::{Principal, UserId},
    record::Expected,
};

use crate::{
    audit::{self, Entry},
    entity::user::Model,
    error::AuthError,
    events::registered,
    model::{DisplayName, Email, ManageUsers, NewPassword, Purpose, RoleName, Rule, Subject},
    password::Passwords,
    repository::{self, users::NewUser},
    schemas::{UserCreate, UserFilters, UserSort},
    service::{AccountTokens, Callers, Roles, Sessions, Throttle, second_factor},
    standing::Standings,
};

/// The users. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Users {
    database: Database,
    clock: Clock,
    passwords: Arc<Passwords>,
    standings: Arc<Standings>,
    sessions: Sessions,
    callers: Callers,
    roles: Roles,
    throttle: Throttle,
    tokens: AccountTokens,
}

impl Users {
    #[expect(
        clippy::too_many_arguments,
        reason = "called once, with its parts by name"
    )]
    pub(crate) fn new(
        database: Database,
        clock: Clock,
        passwords: Arc<Passwords>,
        standings: Arc<Standings>,
        sessions: Sessions,
        callers: Callers,
        roles: Roles,
        throttle: Throttle,
        tokens: AccountTokens,
    ) -> Self {
        Self {
            database,
            clock,
            passwords,
            standings,
            sessions,
            callers,
            roles,
            throttle,
            tokens,
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
            .create(
                email,
                display_name,
                password,
                RoleName::admin(),
                &ClientInfo::default(),
            )
            .await?;
        tracing::info!(user_id = %admin.id, "admin_created");
        Ok(admin.id)
    }

    /// Each counts, also one that succeeds: nobody makes accounts by the thousand.
    pub(crate) async fn register(
        &self,
        user: UserCreate,
        client: &ClientInfo,
    ) -> Result<Model, AuthError> {
        let admitted = self
            .throttle
            .admit(Rule::Register, Subject::Anybody, client);
        admitted.await?.failed();
        let user = self
            .create(
                user.email,
                user.display_name,
                user.password,
                RoleName::user(),
                client,
            )
            .await?;
        tracing::info!(user_id = %user.id, "user_registered");
        Ok(user)
    }

    async fn create(
        &self,
        email: Email,
        display_name: DisplayName,
        password: NewPassword,
        role: RoleName,
        client: &ClientInfo,
    ) -> Result<Model, AuthError> {
        (self.passwords).check(&password, &email, &display_name)?;
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
            let entry = match user.role.is_admin() {
                true => Entry::new("admin.created").to(user.id),
                false => Entry::new("user.registered").of(user.id).from(client),
            };
            audit::record(transaction, entry, now).await?;
            let purpose = Purpose::VerifyEmail;
            let token = (self.tokens)
                .issue(transaction, &user, purpose, &user.email)
                .await?;
            let registered = UserRegistered {
                token_id: Some(token.id.as_uuid()),
                ..registered(&user)
            };
            publish(transaction, &registered, now).await?;
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

    /// The caller, and whether they have a password.
    pub(crate) async fn me(&self, caller: &Principal) -> Result<(Model, bool), AuthError> {
        let connection = self.database.connection();
        let found = repository::users::find_by_id_with_password(connection, caller.user_id).await?;
        let (user, password) = found.ok_or(AuthError::NotFound)?;
        Ok((user, password.is_some()))
    }

    pub(crate) async fn delete(
        &self,
        caller: &Principal,
        id: UserId,
        expected: &Expected,
    ) -> Result<(), AuthError> {
        must_concern(caller, id)?;
        let work = async |transaction: &Transaction| {
            let user = (self.lock_for_change(transaction, caller, id, expected, true)).await?;
            if caller.user_id != id {
                self.roles.must_be_within(&user.role, caller)?;
            }
            let now = self.clock.now();
            if repository::users::delete(transaction, id, expected, now).await? {
                (self.sessions)
                    .end_with_standing(transaction, caller, id)
                    .await?;
                self.standings.forget_after(transaction, &[id]);
                second_factor::forget(transaction, id).await?;
                // Whoever it was at a provider may register anew.
                repository::oauth_accounts::delete_all(transaction, id).await?;
                publish(transaction, &UserDeleted { user_id: id }, now).await?;
            }
            Ok::<(), AuthError>(())
        };
        self.database.transaction(work).await?;
        tracing::info!(user_id = %id, "user_deleted");
        Ok(())
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
