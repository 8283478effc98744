//! Whose account somebody at a provider is: the rules that keep strangers out of it.

use ashlar_contracts::users::ProviderChange;
use ashlar_core::{database::Transaction, events::publish, http::ClientInfo, principal::UserId};

use super::{
    Oauth,
    account::{granted, linked},
};
use crate::{
    audit::{self, Entry},
    entity::{oauth_account, user},
    error::AuthError,
    events::registered,
    model::{DisplayName, Email, OauthFailure, ProviderName, RoleName, SessionId, Status},
    provider::{Profile, ProviderGrant},
    repository::{self, users::NewUser},
    service::second_factor::is_proved,
};

/// By what a link came about with which an account began.
const REGISTRATION: &str = "registration";

/// Somebody who comes back from a provider, as it tells of them.
pub(super) struct Visitor<'a> {
    pub(super) provider: &'a ProviderName,
    pub(super) profile: &'a Profile,
    pub(super) grant: &'a ProviderGrant,
    pub(super) client: &'a ClientInfo,
}

/// What becomes of them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    SignedIn(UserId),
    Linked,
    Refused(OauthFailure),
}

impl Outcome {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn(_) => "signed_in",
            Self::Linked => "linked",
            Self::Refused(failure) => failure.as_str(),
        }
    }
}

impl Oauth {
    /// Whom the visitor signs in as: the user who linked their account; else the one who has the same
    /// address, if both sides verified it; else somebody new.
    pub(super) async fn resolve(
        &self,
        transaction: &Transaction,
        visitor: &Visitor<'_>,
    ) -> Result<Outcome, AuthError> {
        let (provider, profile) = (visitor.provider, visitor.profile);
        let known =
            repository::oauth_accounts::find_by_subject(transaction, provider, &profile.subject);
        if let Some(account) = known.await? {
            return self.sign_in(transaction, visitor, account).await;
        }
        let email = profile
            .email
            .as_deref()
            .and_then(|email| email.parse().ok());
        let Some(email) = email else {
            return self
                .refuse(transaction, visitor, None, OauthFailure::EmailMissing)
                .await;
        };
        match repository::users::find_by_email(transaction, &email).await? {
            Some(user) => self.link_by_email(transaction, visitor, user.id).await,
            None => self.sign_up(transaction, visitor, email).await,
        }
    }

    /// Links the provider to the account of `user_id`, who asked for it in this browser and in
    /// `session`. Is that over, so is what was begun in it: else whoever is put out of an account
    /// would come in again by a link that they began before.
    pub(super) async fn link_by_hand(
        &self,
        transaction: &Transaction,
        visitor: &Visitor<'_>,
        user_id: UserId,
        session: Option<SessionId>,
    ) -> Result<Outcome, AuthError> {
        let (provider, subject) = (visitor.provider, &visitor.profile.subject);
        let user = repository::users::lock(transaction, user_id).await?;
        let user = user.filter(|user| user.status == Status::Active);
        let session = match session {
            Some(session) => self.sessions.living(transaction, session).await?,
            None => None,
        };
        let is_proved = match (&user, &session) {
            (Some(user), Some(session)) => is_proved(transaction, user, session).await?,
            _ => false,
        };
        let theirs =
            repository::oauth_accounts::find_by_subject(transaction, provider, subject).await?;
        let mine = repository::oauth_accounts::find_by_user(transaction, user_id, provider).await?;
        let failure = match user {
            None => OauthFailure::AccountSuspended,
            Some(_) if session.is_none() => OauthFailure::SessionEnded,
            // They have a second factor since it began.
            Some(_) if !is_proved => OauthFailure::NotProved,
            Some(_) if theirs.is_some_and(|account| account.user_id != user_id) => {
                OauthFailure::LinkedElsewhere
            }
            Some(_) if mine.is_some() => OauthFailure::AlreadyLinked,
            Some(user) => {
                self.insert_link(transaction, visitor, &user, "user")
                    .await?;
                return Ok(Outcome::Linked);
            }
        };
        self.refuse(transaction, visitor, Some(user_id), failure)
            .await
    }

    async fn sign_in(
        &self,
        transaction: &Transaction,
        visitor: &Visitor<'_>,
        account: oauth_account::Model,
    ) -> Result<Outcome, AuthError> {
        let user_id = account.user_id;
        // Links go with their user, so there is one.
        let user = repository::users::find(transaction, user_id).await?;
        if user.is_none_or(|user| user.status != Status::Active) {
            let failure = OauthFailure::AccountSuspended;
            return self
                .refuse(transaction, visitor, Some(user_id), failure)
                .await;
        }
        let mut changes = granted(&self.sealer, account.id, visitor.grant)?;
        changes.email = sea_orm::Set(visitor.profile.email.clone());
        changes.name = sea_orm::Set(visitor.profile.name.clone());
        // Overtaken by another sign-in or refresh, whose tokens are as good.
        repository::oauth_accounts::update(transaction, account.id, account.version, changes)
            .await?;
        Ok(Outcome::SignedIn(user_id))
    }

    /// An account with the visitor's address is theirs when the provider verified the address, and so
    /// did we. What the provider did not verify anybody may have typed there. What we did not verify
    /// anybody may have typed here: somebody could have registered a victim's address and wait until
    /// the victim signs in by the provider, into an account to which they know the password
    /// ("pre-hijacking": Sudhodanan and Paverd, USENIX Security 2022).
    async fn link_by_email(
        &self,
        transaction: &Transaction,
        visitor: &Visitor<'_>,
        user_id: UserId,
    ) -> Result<Outcome, AuthError> {
        let provider = visitor.provider;
        let user = repository::users::lock(transaction, user_id).await?;
        let mine = repository::oauth_accounts::find_by_user(transaction, user_id, provider).await?;
        let is_theirs =
            |user: &user::Model| visitor.profile.email_verified && user.email_verified_at.is_some();
        let failure = match user {
            Some(user) if is_theirs(&user) && mine.is_none() => {
                if user.status == Status::Active {
                    self.insert_link(transaction, visitor, &user, "email")
                        .await?;
                    return Ok(Outcome::SignedIn(user_id));
                }
                OauthFailure::AccountSuspended
            }
            Some(_) | None => OauthFailure::AccountExists,
        };
        self.refuse(transaction, visitor, Some(user_id), failure)
            .await
    }

    async fn sign_up(
        &self,
        transaction: &Transaction,
        visitor: &Visitor<'_>,
        email: Email,
    ) -> Result<Outcome, AuthError> {
        let now = self.clock.now();
        let new = NewUser {
            display_name: display_name(visitor.profile, &email)?,
            email,
            email_verified_at: visitor.profile.email_verified.then_some(now),
            role: RoleName::user(),
        };
        let user = repository::users::insert(transaction, new, now).await?;
        publish(transaction, &registered(&user), now).await?;
        let entry = Entry::new("user.registered")
            .of(user.id)
            .from(visitor.client)
            .with("provider", visitor.provider.as_str());
        audit::record(transaction, entry, now).await?;
        self.insert_link(transaction, visitor, &user, REGISTRATION)
            .await?;
        Ok(Outcome::SignedIn(user.id))
    }

    async fn insert_link(
        &self,
        transaction: &Transaction,
        visitor: &Visitor<'_>,
        user: &user::Model,
        by: &'static str,
    ) -> Result<(), AuthError> {
        let now = self.clock.now();
        let Visitor {
            provider,
            profile,
            grant,
            client,
        } = visitor;
        let account = linked(&self.sealer, user.id, provider, (profile, grant), now)?;
        repository::oauth_accounts::insert(transaction, account).await?;
        let entry = Entry::new("provider.linked")
            .of(user.id)
            .from(client)
            .with("provider", provider.as_str())
            .with("by", by);
        audit::record(transaction, entry, now).await?;
        // Whoever has just registered by it knows.
        if by != REGISTRATION {
            (self.tell(transaction, user, provider, ProviderChange::Linked, now)).await?;
        }
        Ok(())
    }

    async fn refuse(
        &self,
        transaction: &Transaction,
        visitor: &Visitor<'_>,
        user_id: Option<UserId>,
        failure: OauthFailure,
    ) -> Result<Outcome, AuthError> {
        let entry = Entry::new("provider.refused")
            .from(visitor.client)
            .with("provider", visitor.provider.as_str())
            .with("error", failure.as_str());
        let entry = match user_id {
            Some(user_id) => entry.to(user_id),
            None => entry,
        };
        audit::record(transaction, entry, self.clock.now()).await?;
        Ok(Outcome::Refused(failure))
    }
}

/// What they are called there; else what stands before the `@`, which is a name in any case: an address
/// has something there, at most 64 characters, and none a control character.
fn display_name(profile: &Profile, email: &Email) -> Result<DisplayName, AuthError> {
    let told = profile.name.as_ref().and_then(|name| {
        let name: String = name.chars().take(100).collect();
        name.parse().ok()
    });
    let local = email.as_str().split('@').next().unwrap_or_default();
    match told {
        Some(name) => Ok(name),
        None => Ok(local
            .parse()
            .map_err(ashlar_core::problem::Unexpected::new)?),
    }
}
