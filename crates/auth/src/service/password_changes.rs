//! How a password becomes another: by who knows it, or by a link in a mail.

mod cleansing;

use std::sync::Arc;

use ashlar_core::{
    clock::Clock,
    database::{Database, Transaction},
    events::publish,
    http::ClientInfo,
    jobs::{Enqueue, Run},
    principal::Principal,
    retry::Failure,
    secret::Secret,
};
use chrono::{DateTime, Utc};

use crate::{
    audit::{self, Entry},
    entity::{password::Model as Password, user::Model as User},
    error::AuthError,
    events::{password_changed, password_reset_requested},
    jobs::ForgotPassword,
    known_keys::KnownKeys,
    model::{Email, NewPassword, Purpose, Revocation, Rule, SessionId, Status, Subject},
    password::{PasswordHash, Passwords},
    repository,
    service::{AccountTokens, Callers, Sessions, Throttle, throttle::Pass},
};

/// Sets the passwords of users anew. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PasswordChanges {
    database: Database,
    clock: Clock,
    passwords: Arc<Passwords>,
    sessions: Sessions,
    callers: Callers,
    tokens: AccountTokens,
    throttle: Throttle,
    known_keys: Arc<KnownKeys>,
}

impl PasswordChanges {
    #[expect(
        clippy::too_many_arguments,
        reason = "called once, with its parts by name"
    )]
    pub(crate) fn new(
        database: Database,
        clock: Clock,
        passwords: Arc<Passwords>,
        sessions: Sessions,
        callers: Callers,
        tokens: AccountTokens,
        throttle: Throttle,
        known_keys: Arc<KnownKeys>,
    ) -> Self {
        Self {
            database,
            clock,
            passwords,
            sessions,
            callers,
            tokens,
            throttle,
            known_keys,
        }
    }

    /// Has a link sent to `email`, if a user has it. Whether one has is not even looked at here, so
    /// neither the answer nor its time can tell (OWASP Forgot Password Cheat Sheet). Each counts: no
    /// mailbox is filled, and nobody asks for thousands.
    pub(crate) async fn forget(&self, email: &Email, client: &ClientInfo) -> Result<(), AuthError> {
        let subject = Subject::Address(email.as_str());
        let pass = (self.throttle).admit(Rule::ForgotPassword, subject, client);
        pass.await?.failed();
        let job = ForgotPassword::new(email, client);
        let work = async |transaction: &Transaction| {
            let enqueue = Enqueue::new(&job).unique(job.key());
            enqueue.within(transaction, self.clock.now()).await?;
            Ok(())
        };
        self.database.transaction(work).await
    }

    /// Publishes that the link is wanted, if the address is an active user's, and the last one was
    /// not sent a moment ago.
    pub(crate) async fn request_reset(
        &self,
        email: &Email,
        client: &ClientInfo,
        run: &Run,
    ) -> Result<(), Failure> {
        let work = async |transaction: &Transaction| {
            let user = repository::users::lock_by_email(transaction, email).await?;
            if let Some(user) = user.filter(|user| user.status == Status::Active) {
                self.publish_reset(transaction, &user, client).await?;
            }
            run.complete(transaction, self.clock.now()).await?;
            Ok::<(), ResetRequestError>(())
        };
        Ok(self.database.transaction(work).await?)
    }

    async fn publish_reset(
        &self,
        transaction: &Transaction,
        user: &User,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        let issued =
            (self.tokens).issue_again(transaction, user, Purpose::ResetPassword, &user.email);
        let token = match issued.await {
            Err(AuthError::TooSoon(_)) => return Ok(()),
            issued => issued?,
        };
        let now = self.clock.now();
        let entry = Entry::new("password.reset_requested").to(user.id);
        audit::record(transaction, entry.from(client), now).await?;
        let event = password_reset_requested(user, &token, client);
        publish(transaction, &event, now).await?;
        Ok(())
    }

    /// Sets the password of whoever got the token by mail, which shows that mail reaches them, and
    /// ends every session of theirs; with `revokes_keys` their API keys too, which else go on: services
    /// depend on them. It signs nobody in (OWASP ASVS 4.0, 2.5.6 and 3.3.3).
    pub(crate) async fn reset(
        &self,
        token: &Secret,
        password: NewPassword,
        revokes_keys: bool,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        // Before the hash, which costs much more than a guess.
        let token = (self.tokens.check(Purpose::ResetPassword, token, client)).await?;
        (self.passwords).check(&password, &token.user.email, &token.user.display_name)?;
        let hash = self.passwords.hash(password.into_secret()).await?;
        let work = async |transaction: &Transaction| {
            let user = self.tokens.redeem(transaction, &token).await?;
            let now = self.clock.now();
            let email = user.email.clone();
            let entry = Entry::new("password.reset").of(user.id).from(client);
            let (entry, keys) = match user.email_verified_at {
                Some(_) if revokes_keys => {
                    cleansing::revoke_keys(transaction, &user, entry, now).await?
                }
                Some(_) => (entry, Vec::new()),
                None => {
                    self.callers.factors_changed(transaction, user.id);
                    cleansing::cleanse(transaction, &user, entry, now).await?
                }
            };
            repository::users::set_verified_email(transaction, user.id, email, now).await?;
            self.set(transaction, &user, hash.clone(), None, entry, now)
                .await?;
            Ok::<_, AuthError>(keys)
        };
        let keys = self.database.transaction(work).await?;
        keys.into_iter().for_each(|key| self.known_keys.forget(key));
        tracing::info!(user_id = %token.user.id, "password_reset");
        Ok(())
    }

    /// Sets the caller's password. Who has one must know it, and who has none must have signed in
    /// lately; and who has a second factor must have signed in with it. Their other sessions end.
    pub(crate) async fn change(
        &self,
        caller: &Principal,
        current: Option<Secret>,
        password: NewPassword,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        // A key is no sign-in, and must not outlive itself by a password.
        let session = caller.session_id.ok_or(AuthError::Forbidden)?;
        let session = SessionId::from_uuid(session);
        let (user, old) = self.find(caller).await?;
        let pass = self
            .must_know(caller, current, old.as_ref(), client)
            .await?;
        (self.passwords).check(&password, &user.email, &user.display_name)?;
        let hash = self.passwords.hash(password.into_secret()).await?;
        let work = async |transaction: &Transaction| {
            let user = self.callers.lock_proved(transaction, caller).await?.user;
            self.must_be_still(transaction, &user, old.as_ref()).await?;
            let now = self.clock.now();
            if old.is_none() {
                repository::users::touch(transaction, user.id, now).await?;
            }
            let entry = Entry::new("password.changed").to(user.id).by(caller);
            let entry = entry.from(client);
            self.set(transaction, &user, hash.clone(), Some(session), entry, now)
                .await?;
            if let Some(pass) = &pass {
                pass.succeeded(transaction).await?;
            }
            Ok::<_, AuthError>(())
        };
        self.database.transaction(work).await?;
        tracing::info!(user_id = %user.id, "password_changed");
        Ok(())
    }

    async fn find(&self, caller: &Principal) -> Result<(User, Option<Password>), AuthError> {
        let connection = self.database.connection();
        let found = repository::users::find_by_id_with_password(connection, caller.user_id).await?;
        found.ok_or(AuthError::NotFound)
    }

    /// What is to be told of a success, where there was something to guess.
    async fn must_know(
        &self,
        caller: &Principal,
        current: Option<Secret>,
        password: Option<&Password>,
        client: &ClientInfo,
    ) -> Result<Option<Pass>, AuthError> {
        let Some(password) = password else {
            return match caller.is_recent {
                true => Ok(None),
                false => Err(AuthError::StepUpRequired),
            };
        };
        let current = current.ok_or(AuthError::PasswordRequired)?;
        let subject = Subject::User(caller.user_id);
        let pass = self.throttle.admit(Rule::StepUp, subject, client).await?;
        if self
            .passwords
            .matches(current, Some(&password.hash))
            .await?
        {
            return Ok(Some(pass));
        }
        let entry = Entry::new("password.change_refused").to(caller.user_id);
        let entry = entry.by(caller).from(client);
        audit::record(self.database.connection(), entry, self.clock.now()).await?;
        tracing::info!(user_id = %caller.user_id, "password_change_refused");
        Err(AuthError::WrongPassword)
    }

    /// The password that the caller knows may have been changed while theirs was hashed: whoever
    /// was first wins.
    async fn must_be_still(
        &self,
        transaction: &Transaction,
        user: &User,
        old: Option<&Password>,
    ) -> Result<(), AuthError> {
        let now = repository::passwords::find(transaction, user.id).await?;
        if now.as_ref().map(|now| &now.hash) == old.map(|old| &old.hash) {
            Ok(())
        } else {
            Err(AuthError::WrongPassword)
        }
    }

    /// Sets the password, ends the sessions except for one, voids what links are out, and tells the
    /// user by mail. The sessions that ended.
    async fn set(
        &self,
        transaction: &Transaction,
        user: &User,
        hash: PasswordHash,
        except: Option<SessionId>,
        entry: Entry,
        now: DateTime<Utc>,
    ) -> Result<(), AuthError> {
        repository::passwords::set(transaction, user.id, hash, now).await?;
        self.tokens.void_for_password(transaction, user.id).await?;
        repository::oauth_flows::delete_of(transaction, user.id).await?;
        // Whoever knew the password, and had codes blocked by it, knows it no more.
        repository::totp::note_failures(transaction, user.id, 0, None).await?;
        let why = Revocation::PasswordChanged;
        (self.sessions.revoke_all(transaction, user.id, except, why)).await?;
        audit::record(transaction, entry, now).await?;
        let keys = repository::api_keys::count_living(transaction, user.id, now).await?;
        publish(transaction, &password_changed(user, keys), now).await?;
        Ok(())
    }
}

/// Why a link was not asked for.
#[derive(Debug, thiserror::Error)]
enum ResetRequestError {
    #[error(transparent)]
    Auth(#[from] AuthError),
    #[error(transparent)]
    Database(#[from] sea_orm::DbErr),
    #[error(transparent)]
    Lost(#[from] ashlar_core::jobs::Lost),
}
