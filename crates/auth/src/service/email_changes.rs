//! How users show that an address is theirs, and how it becomes another.

use ashlar_core::{
    clock::Clock,
    database::{Database, Transaction},
    events::publish,
    http::ClientInfo,
    principal::Principal,
    secret::Secret,
};
use chrono::{DateTime, Utc};

use crate::{
    audit::{self, Entry},
    entity::user::Model as User,
    error::AuthError,
    events::{email_change_requested, email_changed, updated, verification_requested},
    model::{Email, Purpose, Rule, Subject},
    repository,
    service::{AccountTokens, Callers, Throttle, account_tokens::Checked},
};

/// Verifies and changes the addresses of users. Cheap to clone.
#[derive(Clone, Debug)]
pub struct EmailChanges {
    database: Database,
    clock: Clock,
    callers: Callers,
    tokens: AccountTokens,
    throttle: Throttle,
}

impl EmailChanges {
    pub(crate) fn new(
        database: Database,
        clock: Clock,
        callers: Callers,
        tokens: AccountTokens,
        throttle: Throttle,
    ) -> Self {
        Self {
            database,
            clock,
            callers,
            tokens,
            throttle,
        }
    }

    /// Has the link sent once more with which the caller shows that their address is theirs; at most
    /// once a minute.
    pub(crate) async fn request_verification(
        &self,
        caller: &Principal,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        let work = async |transaction: &Transaction| {
            let user = self.callers.lock(transaction, caller).await?.user;
            if user.email_verified_at.is_some() {
                return Err(AuthError::AlreadyVerified);
            }
            let purpose = Purpose::VerifyEmail;
            let token = (self.tokens)
                .issue_again(transaction, &user, purpose, &user.email)
                .await?;
            let now = self.clock.now();
            let entry = Entry::new("email.verification_requested").to(user.id);
            audit::record(transaction, entry.by(caller).from(client), now).await?;
            publish(transaction, &verification_requested(&user, &token), now).await?;
            Ok(())
        };
        self.database.transaction(work).await
    }

    /// The address is that of the caller, who got the token by mail.
    ///
    /// Who reads the mail must be who has the account: else somebody could register with a victim's
    /// address, and the victim, who follows the link, would vouch for an account to which a stranger
    /// knows the password ("pre-hijacking": Sudhodanan and Paverd, USENIX Security 2022).
    pub(crate) async fn verify(
        &self,
        caller: &Principal,
        token: &Secret,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        let token = (self.check_own(caller, Purpose::VerifyEmail, token, client)).await?;
        let work = async |transaction: &Transaction| {
            self.callers.lock(transaction, caller).await?;
            let user = self.tokens.redeem(transaction, &token).await?;
            let now = self.clock.now();
            repository::users::set_verified_email(transaction, user.id, user.email, now).await?;
            let entry = Entry::new("email.verified").to(user.id).by(caller);
            audit::record(transaction, entry.from(client), now).await?;
            Ok::<(), AuthError>(())
        };
        self.database.transaction(work).await?;
        tracing::info!(user_id = %token.user.id, "email_verified");
        Ok(())
    }

    /// Has a link sent to `email`, with which it becomes the caller's address. To an address that is
    /// somebody else's nothing is sent: that is found out when the mail is written, so neither the
    /// answer nor its time tells. Each counts at the address: no mailbox is filled.
    pub(crate) async fn request_change(
        &self,
        caller: &Principal,
        email: &Email,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        let subject = Subject::Address(email.as_str());
        let pass = (self.throttle).admit(Rule::ChangeEmail, subject, client);
        let pass = pass.await?;
        let work = async |transaction: &Transaction| {
            let user = self.callers.lock_proved(transaction, caller).await?.user;
            if user.email == *email {
                return Err(AuthError::SameEmail);
            }
            let token = (self.tokens)
                .issue_again(transaction, &user, Purpose::ConfirmEmail, email)
                .await?;
            let now = self.clock.now();
            let entry = Entry::new("email.change_requested")
                .to(user.id)
                .by(caller)
                .from(client)
                .with("email", email.as_str());
            audit::record(transaction, entry, now).await?;
            publish(transaction, &email_change_requested(&user, &token), now).await?;
            Ok(())
        };
        let requested = self.database.transaction(work).await;
        // What is not sent fills no mailbox.
        if requested.is_err() {
            pass.take_back(self.database.connection(), None).await?;
        }
        requested
    }

    /// The address that the token was sent to takes the place of the caller's, who is told at the old
    /// one. [`AuthError::EmailTaken`] when it has become somebody else's.
    ///
    /// Who asked for it must be who reads the mail: else somebody could ask for a victim's address, and
    /// the victim, who follows the link, would confirm it for an account that is not theirs.
    pub(crate) async fn confirm_change(
        &self,
        caller: &Principal,
        token: &Secret,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        let token = (self.check_own(caller, Purpose::ConfirmEmail, token, client)).await?;
        let work = async |transaction: &Transaction| {
            self.callers.lock_proved(transaction, caller).await?;
            let before = self.tokens.redeem(transaction, &token).await?;
            let (now, email) = (self.clock.now(), token.row.email.clone());
            let after =
                repository::users::set_verified_email(transaction, before.id, email, now).await?;
            let after = after.ok_or(AuthError::InvalidToken)?;
            let entry = Entry::new("email.changed").to(after.id).by(caller);
            let entry = entry.from(client);
            tell_of_change(transaction, &self.tokens, &before, &after, entry, now).await?;
            publish(transaction, &updated(&after), now).await?;
            Ok::<(), AuthError>(())
        };
        self.database.transaction(work).await?;
        tracing::info!(user_id = %token.user.id, "email_changed");
        Ok(())
    }

    /// A token that may be used, if it is the caller's.
    async fn check_own(
        &self,
        caller: &Principal,
        purpose: Purpose,
        token: &Secret,
        client: &ClientInfo,
    ) -> Result<Checked, AuthError> {
        let token = self.tokens.check(purpose, token, client).await?;
        if token.row.user_id == caller.user_id {
            Ok(token)
        } else {
            Err(AuthError::InvalidToken)
        }
    }
}

/// What follows when a user has another address, whoever changed it: it is written down, the old
/// address is told, and what mail to the old one could be used for is void.
pub(super) async fn tell_of_change(
    transaction: &Transaction,
    tokens: &AccountTokens,
    before: &User,
    after: &User,
    entry: Entry,
    now: DateTime<Utc>,
) -> Result<(), AuthError> {
    tokens.void_for_email(transaction, after.id).await?;
    let entry = entry
        .with("from", before.email.as_str())
        .with("to", after.email.as_str());
    audit::record(transaction, entry, now).await?;
    publish(transaction, &email_changed(before, after), now).await?;
    Ok(())
}
