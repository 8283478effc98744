//! Signing in: an address and its password for a token.

use std::{error::Error, sync::Arc};

use ashlar_core::{
    database::{Database, Transaction},
    http::ClientInfo,
    principal::UserId,
    secret::Secret,
};

use crate::{
    entity::user::Model,
    error::AuthError,
    model::{Email, Method, Status},
    password::{PasswordHash, Passwords},
    repository,
    service::{Granted, SecondFactor, Sessions},
};

/// Signs users in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SignIn {
    database: Database,
    passwords: Arc<Passwords>,
    second_factor: SecondFactor,
    sessions: Sessions,
}

impl SignIn {
    pub(crate) fn new(
        database: Database,
        passwords: Arc<Passwords>,
        second_factor: SecondFactor,
        sessions: Sessions,
    ) -> Self {
        Self {
            database,
            passwords,
            second_factor,
            sessions,
        }
    }

    /// A token for the user with this address and password, and a code where one is asked for: what
    /// is wrong with that is told to whoever knows the password.
    ///
    /// Why it was refused is for the log alone, and each refusal takes the same work.
    pub(crate) async fn with_password(
        &self,
        email: &str,
        password: Secret,
        code: Option<&Secret>,
        client: &ClientInfo,
    ) -> Result<Granted, AuthError> {
        let (user, hash) = self.find(email).await?.unzip();
        let hash = hash.flatten();
        let matches = (self.passwords)
            .matches(password.clone(), hash.as_ref())
            .await?;
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
        if let Some(hash) = hash.filter(|hash| !self.passwords.is_current(hash)) {
            self.upgrade_hash(user.id, hash, password).await;
        }
        let mut methods = vec![Method::Password];
        if user.second_factor {
            methods.extend(self.second_factor.demand(user.id, code, client).await?);
        }
        let start = async |transaction: &Transaction| {
            (self.sessions.start(transaction, user.id, &methods, client)).await
        };
        let granted = self.database.transaction(start).await?;
        tracing::info!(user_id = %user.id, session_id = %granted.session_id, "login_succeeded");
        Ok(granted)
    }

    /// The user with this address, and the hash of their password if they have one. What is no
    /// address is nobody's.
    async fn find(&self, email: &str) -> Result<Option<(Model, Option<PasswordHash>)>, AuthError> {
        match email.parse::<Email>() {
            Ok(email) => {
                let connection = self.database.connection();
                Ok(repository::users::find_with_password(connection, &email).await?)
            }
            Err(_) => Ok(None),
        }
    }

    /// Hashes a password, which is known only now, with the current parameters. A failure must not
    /// keep anybody out: the next sign-in tries again.
    async fn upgrade_hash(&self, user_id: UserId, old: PasswordHash, password: Secret) {
        let upgraded = async {
            let new = self.passwords.hash(password).await?;
            let connection = self.database.connection();
            let replaced = repository::passwords::upgrade(connection, user_id, old, new).await?;
            Ok::<bool, AuthError>(replaced)
        };
        match upgraded.await {
            Ok(true) => tracing::info!(%user_id, "password_hash_upgraded"),
            Ok(false) => tracing::debug!(%user_id, "password_hash_upgrade_overtaken"),
            Err(error) => tracing::warn!(
                %user_id,
                error = &error as &(dyn Error + 'static),
                "password_hash_upgrade_failed"
            ),
        }
    }
}
