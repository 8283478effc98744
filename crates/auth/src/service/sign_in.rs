//! Signing in: an address and its password for a token.

use std::{error::Error, sync::Arc};

use ashlar_core::{
    clock::Clock,
    database::{Database, Transaction},
    http::ClientInfo,
    principal::UserId,
    secret::Secret,
};

use crate::{
    audit::{self, Entry},
    error::AuthError,
    model::{Email, Method, Rule, Status, Subject},
    password::{PasswordHash, Passwords},
    repository::{self, sign_ins::SigningIn},
    service::{Device, Granted, Proof, SecondFactor, Sessions, Throttle},
};

/// Signs users in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SignIn {
    database: Database,
    clock: Clock,
    passwords: Arc<Passwords>,
    second_factor: SecondFactor,
    sessions: Sessions,
    throttle: Throttle,
}

impl SignIn {
    pub(crate) fn new(
        database: Database,
        clock: Clock,
        passwords: Arc<Passwords>,
        second_factor: SecondFactor,
        sessions: Sessions,
        throttle: Throttle,
    ) -> Self {
        Self {
            database,
            clock,
            passwords,
            second_factor,
            sessions,
            throttle,
        }
    }

    /// A token for the user with this address and password, and a code where one is asked for: what
    /// is wrong with that is told to whoever knows the password.
    ///
    /// Why it was refused is for the logs alone, and each refusal takes the same work. Who guesses
    /// too often is refused before any work is done.
    pub(crate) async fn with_password(
        &self,
        email: &str,
        password: Secret,
        code: Option<&Secret>,
        device: Device<'_>,
    ) -> Result<Granted, AuthError> {
        let client = device.client;
        let pass = (self.throttle)
            .admit(Rule::Login, Subject::Address(email), client)
            .await?;
        let user = self.find(email).await?;
        let hash = user.as_ref().and_then(|user| user.hash.as_ref());
        let matches = (self.passwords).matches(password.clone(), hash).await?;
        let Some(user) = user else {
            return Err(self.refuse(None, "unknown_email", client).await?);
        };
        let Some(hash) = user.hash.filter(|_| matches) else {
            return Err(self.refuse(Some(user.id), "wrong_password", client).await?);
        };
        if user.status != Status::Active {
            return Err(self.refuse(Some(user.id), "suspended", client).await?);
        }
        let matched = self.current_hash(user.id, hash, password).await;
        let mut methods = vec![Method::Password];
        if user.second_factor {
            let demanded = self.second_factor.demand(user.id, code, client).await;
            methods.extend(pass.weigh(self.database.connection(), demanded).await?);
        }
        let proof = Proof {
            methods: &methods,
            at: self.clock.now(),
        };
        let start = async |transaction: &Transaction| {
            // A reset or a change may have been committed while the password was compared, and must
            // end this sign-in as it ended all others.
            let locked = repository::sign_ins::lock(transaction, user.id, &matched).await?;
            let granted = (self.sessions)
                .start(transaction, locked, &proof, device)
                .await?;
            pass.succeeded(transaction).await?;
            Ok::<_, AuthError>(granted)
        };
        let granted = match self.database.transaction(start).await {
            Err(AuthError::InvalidCredentials) => {
                return Err(self.refuse(Some(user.id), "overtaken", client).await?);
            }
            granted => granted?,
        };
        tracing::info!(user_id = %user.id, session_id = %granted.session_id, "login_succeeded");
        Ok(granted)
    }

    /// The hash that a right password has from now on: with the current parameters.
    async fn current_hash(
        &self,
        user_id: UserId,
        hash: PasswordHash,
        password: Secret,
    ) -> PasswordHash {
        if self.passwords.is_current(&hash) {
            return hash;
        }
        let upgraded = self.upgrade_hash(user_id, hash.clone(), password).await;
        upgraded.unwrap_or(hash)
    }

    /// What a client is told that is refused: the same, whatever the reason. The logs know it, with
    /// the user if there is one.
    async fn refuse(
        &self,
        user_id: Option<UserId>,
        reason: &'static str,
        client: &ClientInfo,
    ) -> Result<AuthError, AuthError> {
        let record = async |transaction: &Transaction| {
            let entry = Entry::new("login.failed")
                .from(client)
                .with("reason", reason);
            let entry = match user_id {
                Some(user_id) => entry.to(user_id),
                None => entry,
            };
            audit::record(transaction, entry, self.clock.now()).await
        };
        self.database.transaction(record).await?;
        let user_id = user_id.map(tracing::field::display);
        tracing::info!(user_id, reason, "login_failed");
        Ok(AuthError::InvalidCredentials)
    }

    /// The user with this address. What is no address is nobody's.
    async fn find(&self, email: &str) -> Result<Option<SigningIn>, AuthError> {
        match email.parse::<Email>() {
            Ok(email) => {
                let connection = self.database.connection();
                Ok(repository::sign_ins::find(connection, &email).await?)
            }
            Err(_) => Ok(None),
        }
    }

    /// Hashes a password, which is known only now, with the current parameters. A failure must not
    /// keep anybody out: the next sign-in tries again.
    async fn upgrade_hash(
        &self,
        user_id: UserId,
        old: PasswordHash,
        password: Secret,
    ) -> Option<PasswordHash> {
        let upgraded = async {
            let new = self.passwords.hash(password.clone()).await?;
            let connection = self.database.connection();
            if repository::passwords::upgrade(connection, user_id, old, new.clone()).await? {
                return Ok(Some(new));
            }
            // Another sign-in may have been faster, with the same password.
            let now = repository::passwords::find(connection, user_id).await?;
            let now = now.map(|now| now.hash);
            let same = self.passwords.matches(password, now.as_ref()).await?;
            Ok::<_, AuthError>(now.filter(|_| same))
        };
        match upgraded.await {
            Ok(Some(new)) => {
                tracing::info!(%user_id, "password_hash_upgraded");
                return Some(new);
            }
            Ok(None) => tracing::debug!(%user_id, "password_hash_upgrade_overtaken"),
            Err(error) => tracing::warn!(
                %user_id,
                error = &error as &(dyn Error + 'static),
                "password_hash_upgrade_failed"
            ),
        }
        None
    }
}
