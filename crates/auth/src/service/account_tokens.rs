//! The tokens in the links of mails: how they come about, and what becomes of them.

use std::{sync::Arc, time::Duration};

use ashlar_core::{
    clock::Clock,
    database::{Database, Transaction},
    http::ClientInfo,
    principal::UserId,
    secret::Secret,
};
use chrono::TimeDelta;

use crate::{
    account_token::{AccountTokenKey, Presented},
    entity::{account_token::Model as Token, user::Model as User},
    error::AuthError,
    model::{AccountTokenId, Email, Purpose, Rule, Status, Subject},
    repository,
    service::{Throttle, throttle::Pass},
    settings::MailLinkSettings,
};

/// The shortest time between two mails of a kind to one user: nobody's mailbox is filled by asking
/// again and again.
const PAUSE: TimeDelta = TimeDelta::minutes(1);

/// The tokens in the links of mails. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct AccountTokens {
    database: Database,
    clock: Clock,
    key: Arc<AccountTokenKey>,
    settings: MailLinkSettings,
    throttle: Throttle,
}

/// A token that may be used.
pub(crate) struct Checked {
    pub(crate) row: Token,
    pub(crate) user: User,
    pass: Pass,
}

impl AccountTokens {
    pub(crate) fn new(
        database: Database,
        clock: Clock,
        key: AccountTokenKey,
        settings: MailLinkSettings,
        throttle: Throttle,
    ) -> Self {
        Self {
            database,
            clock,
            key: Arc::new(key),
            settings,
            throttle,
        }
    }

    /// A new token of `user`, whose mail goes to `email`.
    pub(crate) async fn issue(
        &self,
        transaction: &Transaction,
        user: &User,
        purpose: Purpose,
        email: &Email,
    ) -> Result<Token, AuthError> {
        let now = self.clock.now();
        let token = Token {
            id: AccountTokenId::new(),
            user_id: user.id,
            purpose,
            email: email.clone(),
            created_at: now,
            sent_at: None,
            expires_at: now + self.lifetime(purpose),
            used_at: None,
        };
        repository::account_tokens::insert(transaction, token.clone()).await?;
        Ok(token)
    }

    /// The token of the last mail, to be sent once more, while half of its time is left; then a new
    /// one: so at most two are good at a time, however often somebody asks, and whoever asks last has
    /// one that lasts. Not within a minute of the last mail: [`AuthError::TooSoon`]. The user has to
    /// be locked, so that of two who ask at once one is refused.
    pub(crate) async fn issue_again(
        &self,
        transaction: &Transaction,
        user: &User,
        purpose: Purpose,
        email: &Email,
    ) -> Result<Token, AuthError> {
        let newest = repository::account_tokens::newest(transaction, user.id, purpose).await?;
        let Some(newest) = newest else {
            return self.issue(transaction, user, purpose, email).await;
        };
        let now = self.clock.now();
        let wait = newest.sent_at.unwrap_or(newest.created_at) + PAUSE - now;
        if let Ok(wait) = wait.to_std()
            && !wait.is_zero()
        {
            return Err(AuthError::TooSoon(wait));
        }
        let half = newest.expires_at - self.lifetime(purpose) / 2;
        if newest.used_at.is_some() || newest.email != *email || half <= now {
            self.clear(transaction, user.id, purpose).await?;
            return self.issue(transaction, user, purpose, email).await;
        }
        repository::account_tokens::note_sent(transaction, newest.id, now).await?;
        Ok(newest)
    }

    /// Removes what a new token takes the place of: all before it for the same purpose, except where
    /// anybody can ask for one. Else anybody could void a user's link by asking once more.
    async fn clear(
        &self,
        transaction: &Transaction,
        user_id: UserId,
        purpose: Purpose,
    ) -> Result<(), AuthError> {
        let cleared = match purpose {
            Purpose::ResetPassword => {
                let now = self.clock.now();
                repository::account_tokens::delete_over(transaction, user_id, purpose, now).await
            }
            Purpose::VerifyEmail | Purpose::ConfirmEmail => {
                repository::account_tokens::delete(transaction, user_id, &[purpose]).await
            }
        };
        Ok(cleared?)
    }

    /// The row of a token that we made for `purpose` and that can still be used, and its user. It
    /// is not used by this. A token that is not good counts as a guess of `client`.
    pub(crate) async fn check(
        &self,
        purpose: Purpose,
        token: &Secret,
        client: &ClientInfo,
    ) -> Result<Checked, AuthError> {
        let (rule, anybody) = (Rule::MailedToken, Subject::Anybody);
        let pass = self.throttle.admit(rule, anybody, client).await?;
        let connection = self.database.connection();
        let presented = Presented::parse(purpose, token).ok_or(AuthError::InvalidToken)?;
        let row = repository::account_tokens::find(connection, presented.id).await?;
        let row = row.ok_or(AuthError::InvalidToken)?;
        if row.purpose != purpose || !self.key.made(&presented, &row) || !self.is_open(&row) {
            return Err(AuthError::InvalidToken);
        }
        let user = repository::users::find(connection, row.user_id).await?;
        let user = user.filter(|user| may_use(user, &row));
        let user = user.ok_or(AuthError::InvalidToken)?;
        Ok(Checked { row, user, pass })
    }

    /// Uses a token that was [checked](Self::check), in the transaction of what it is used for. Of
    /// two who try at once one does, and the other gets [`AuthError::InvalidToken`]. Its user is
    /// locked from then on.
    pub(crate) async fn redeem(
        &self,
        transaction: &Transaction,
        checked: &Checked,
    ) -> Result<User, AuthError> {
        let row = &checked.row;
        let user = repository::users::lock(transaction, row.user_id).await?;
        let user = user.filter(|user| may_use(user, row));
        let user = user.ok_or(AuthError::InvalidToken)?;
        let now = self.clock.now();
        if !repository::account_tokens::mark_used(transaction, row.id, now).await? {
            return Err(AuthError::InvalidToken);
        }
        checked.pass.succeeded(transaction).await?;
        Ok(user)
    }

    /// Another password was set: a reset that was asked for is void, and so is an address that
    /// somebody else may have entered.
    pub(crate) async fn void_for_password(
        &self,
        transaction: &Transaction,
        user_id: UserId,
    ) -> Result<(), AuthError> {
        let purposes = [Purpose::ResetPassword, Purpose::ConfirmEmail];
        Ok(repository::account_tokens::delete(transaction, user_id, &purposes).await?)
    }

    /// The address is another: no mail that went to the old one is good for anything.
    pub(crate) async fn void_for_email(
        &self,
        transaction: &Transaction,
        user_id: UserId,
    ) -> Result<(), AuthError> {
        Ok(repository::account_tokens::delete(transaction, user_id, &Purpose::ALL).await?)
    }

    /// The link with the token `id`, if it can be used now, and goes to nobody else's address. The token is in the fragment, which a
    /// browser sends to nobody: it is in no log of a server, and in no `Referer`.
    pub(crate) async fn link(
        &self,
        purpose: Purpose,
        id: AccountTokenId,
    ) -> Result<Option<Secret>, AuthError> {
        let connection = self.database.connection();
        let row = repository::account_tokens::find(connection, id).await?;
        let Some(row) = row.filter(|row| row.purpose == purpose && self.is_open(row)) else {
            return Ok(None);
        };
        let user = repository::users::find(connection, row.user_id).await?;
        let Some(user) = user.filter(|user| may_use(user, &row)) else {
            return Ok(None);
        };
        if row.email.key() != user.email_key
            && repository::users::find_by_email(connection, &row.email)
                .await?
                .is_some()
        {
            return Ok(None);
        }
        let (page, fragment) = (&self.settings.page_url, purpose.fragment());
        let token = self.key.write(&row);
        Ok(Some(Secret::from(format!(
            "{page}#{fragment}={}",
            token.expose()
        ))))
    }

    fn is_open(&self, row: &Token) -> bool {
        row.used_at.is_none() && self.clock.now() < row.expires_at
    }

    fn lifetime(&self, purpose: Purpose) -> Duration {
        match purpose {
            Purpose::VerifyEmail | Purpose::ConfirmEmail => self.settings.verify_lifetime,
            Purpose::ResetPassword => self.settings.reset_lifetime,
        }
    }
}

/// Whoever is suspended may not, and a mail that went to an address that is the user's no more is
/// good for nothing.
fn may_use(user: &User, row: &Token) -> bool {
    let is_theirs = match row.purpose {
        Purpose::VerifyEmail | Purpose::ResetPassword => row.email.key() == user.email_key,
        Purpose::ConfirmEmail => true,
    };
    is_theirs && user.status == Status::Active
}
