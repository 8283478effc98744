//! Signing in: an address and its password for a token.

use std::{error::Error, sync::Arc};

use ashlar_core::{clock::Clock, database::Database, problem::Unexpected, secret::Secret};

use crate::{
    entity::user::Model,
    error::AuthError,
    model::{Email, SessionId, Status},
    password::Passwords,
    repository,
    token::{Issued, Tokens},
};

/// Signs users in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SignIn {
    database: Database,
    clock: Clock,
    passwords: Arc<Passwords>,
    tokens: Arc<Tokens>,
}

impl SignIn {
    pub(crate) fn new(
        database: Database,
        clock: Clock,
        passwords: Arc<Passwords>,
        tokens: Arc<Tokens>,
    ) -> Self {
        Self {
            database,
            clock,
            passwords,
            tokens,
        }
    }

    /// A token for the user with this address and password.
    ///
    /// Why it was refused is for the log alone, and each refusal takes the same work.
    pub(crate) async fn with_password(
        &self,
        email: &str,
        password: Secret,
    ) -> Result<Issued, AuthError> {
        let user = self.find(email).await?;
        let hash = user.as_ref().map(|user| &user.password_hash);
        let matches = self.passwords.matches(password.clone(), hash).await?;
        let Some(user) = user else {
            tracing::info!(reason = "unknown_email", "login_failed");
            return Err(AuthError::InvalidCredentials);
        };
        if !matches {
            tracing::info!(user_id = %user.id, reason = "wrong_password", "login_failed");
            return Err(AuthError::InvalidCredentials);
        }
        if user.status != Status::Active {
            tracing::info!(user_id = %user.id, reason = "suspended", "login_failed");
            return Err(AuthError::InvalidCredentials);
        }
        if !self.passwords.is_current(&user.password_hash) {
            self.upgrade_hash(&user, password).await;
        }
        let session_id = SessionId::new();
        let issued = (self.tokens.issue(user.id, session_id)).map_err(Unexpected::new)?;
        tracing::info!(user_id = %user.id, session_id = %session_id, "login_succeeded");
        Ok(issued)
    }

    /// What is no address is nobody's.
    async fn find(&self, email: &str) -> Result<Option<Model>, AuthError> {
        match email.parse::<Email>() {
            Ok(email) => Ok(repository::find_by_email(self.database.connection(), &email).await?),
            Err(_) => Ok(None),
        }
    }

    /// Hashes a password, which is known only now, with the current parameters. A failure must not
    /// keep anybody out: the next sign-in tries again.
    async fn upgrade_hash(&self, user: &Model, password: Secret) {
        let upgraded = async {
            let hash = self.passwords.hash(password).await?;
            let (connection, now) = (self.database.connection(), self.clock.now());
            let replaced =
                repository::replace_hash(connection, user.id, user.version, hash, now).await?;
            Ok::<bool, AuthError>(replaced)
        };
        match upgraded.await {
            Ok(true) => tracing::info!(user_id = %user.id, "password_hash_upgraded"),
            Ok(false) => tracing::debug!(user_id = %user.id, "password_hash_upgrade_overtaken"),
            Err(error) => tracing::warn!(
                user_id = %user.id,
                error = &error as &(dyn Error + 'static),
                "password_hash_upgrade_failed"
            ),
        }
    }
}
