//! Proving once more who one is, within a session (OWASP ASVS 4.0, 3.7.1).

use std::sync::Arc;

use ashlar_core::{
    clock::Clock,
    database::{Database, Transaction},
    http::ClientInfo,
    principal::Principal,
    secret::Secret,
};

use crate::{
    audit::{self, Entry},
    error::AuthError,
    model::{Method, Rule, SessionId, Subject},
    password::Passwords,
    repository,
    service::{Granted, SecondFactor, Sessions, Throttle, throttle::Pass},
};

const PASSKEY_ASKED: AuthError =
    AuthError::SecondFactorConflict("There is a passkey, which is more than a password: use it");

const NO_PROOF: &str =
    "There is neither a password nor a code to ask for: use a passkey, or sign in again";

/// Renews proofs of identity. Cheap to clone.
#[derive(Clone, Debug)]
pub struct StepUp {
    database: Database,
    clock: Clock,
    passwords: Arc<Passwords>,
    second_factor: SecondFactor,
    sessions: Sessions,
    throttle: Throttle,
}

/// A proof that was begun. It counts as failed until it succeeds.
pub(super) struct Attempt<'a> {
    caller: &'a Principal,
    session: SessionId,
    pass: Pass,
}

impl StepUp {
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

    /// With the password of whoever has one, and a code of whoever has an app. Whoever has a passkey and
    /// no app proves it by that: a password alone proves less than what they have.
    pub(crate) async fn with_password(
        &self,
        caller: &Principal,
        password: Option<Secret>,
        code: Option<&Secret>,
        client: &ClientInfo,
    ) -> Result<Granted, AuthError> {
        let factors = self.second_factor.of(caller.user_id).await?;
        if factors.passkeys > 0 && !factors.totp {
            return Err(PASSKEY_ASKED);
        }
        let attempt = self.attempt(caller, client).await?;
        let proof = self.prove(caller, password, code, client).await;
        match (attempt.pass.weigh(self.database.connection(), proof)).await {
            Ok(methods) => self.succeeded(&attempt, &methods, client).await,
            Err(error) => {
                self.failed(caller, &error, client).await?;
                Err(error)
            }
        }
    }

    /// Lets `caller` try: whoever found a session guesses at the password of whose it is.
    pub(super) async fn attempt<'a>(
        &self,
        caller: &'a Principal,
        client: &ClientInfo,
    ) -> Result<Attempt<'a>, AuthError> {
        let (session, subject) = (session_of(caller)?, Subject::User(caller.user_id));
        let pass = self.throttle.admit(Rule::StepUp, subject, client).await?;
        Ok(Attempt {
            caller,
            session,
            pass,
        })
    }

    /// Another session in the place of the one of `attempt`, whose caller proved by `methods` who they
    /// are.
    pub(super) async fn succeeded(
        &self,
        attempt: &Attempt<'_>,
        methods: &[Method],
        client: &ClientInfo,
    ) -> Result<Granted, AuthError> {
        let caller = attempt.caller;
        let session = (caller.user_id, attempt.session);
        let work = async |transaction: &Transaction| {
            let renewed = self.sessions.renew(transaction, session, methods, client);
            let granted = renewed.await?;
            let names = methods.iter().map(|method| method.as_str());
            let names = names.collect::<Vec<_>>().join(" ");
            let entry = Entry::new("step_up.succeeded")
                .to(caller.user_id)
                .by(caller);
            let entry = entry.from(client).with("methods", names);
            audit::record(transaction, entry, self.clock.now()).await?;
            attempt.pass.succeeded(transaction).await?;
            Ok::<_, AuthError>(granted)
        };
        self.database.transaction(work).await
    }

    /// Writes down that somebody who holds a session could not prove that it is theirs.
    pub(super) async fn failed(
        &self,
        caller: &Principal,
        error: &AuthError,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        let reason = match error {
            AuthError::InvalidCredentials => "credentials",
            AuthError::InvalidCode(_) => "code",
            AuthError::TooManyCodes(_) => "too_many_codes",
            _ => return Ok(()),
        };
        let entry = Entry::new("step_up.failed").to(caller.user_id).by(caller);
        let entry = entry.from(client).with("reason", reason);
        let connection = self.database.connection();
        audit::record(connection, entry, self.clock.now()).await?;
        Ok(())
    }

    async fn prove(
        &self,
        caller: &Principal,
        password: Option<Secret>,
        code: Option<&Secret>,
        client: &ClientInfo,
    ) -> Result<Vec<Method>, AuthError> {
        let (user_id, mut methods) = (caller.user_id, Vec::new());
        let connection = self.database.connection();
        let stored = repository::passwords::find(connection, user_id).await?;
        match (stored, password) {
            (Some(_), None) => return Err(PASSWORD_REQUIRED),
            (None, None) => {}
            (stored, Some(password)) => {
                let hash = stored.map(|password| password.hash);
                if !self.passwords.matches(password, hash.as_ref()).await? {
                    return Err(AuthError::InvalidCredentials);
                }
                methods.push(Method::Password);
            }
        }
        methods.extend(self.second_factor.demand(user_id, code, client).await?);
        if methods.is_empty() {
            return Err(AuthError::SecondFactorConflict(NO_PROOF));
        }
        Ok(methods)
    }
}

const PASSWORD_REQUIRED: AuthError = AuthError::Invalid {
    field: "password",
    message: "is required",
};

/// The session that the caller is in: a key is in none, and has nothing to renew.
pub(super) fn session_of(caller: &Principal) -> Result<SessionId, AuthError> {
    let session = caller.session_id.map(SessionId::from_uuid);
    session.ok_or(AuthError::Forbidden)
}
