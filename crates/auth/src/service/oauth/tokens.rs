//! Tokens of providers, for other domains that act there for a user.

use std::{sync::Arc, time::Duration};

use ashlar_core::{
    clock::Clock,
    database::{Database, Transaction},
    principal::UserId,
    problem::Unexpected,
    seal::Sealer,
    secret::Secret,
};
use sea_orm::ActiveValue::Set;
use thiserror::Error;
use tokio::time::{Instant, sleep};

use super::{
    Providers,
    account::{Token, granted, open},
};
use crate::{
    audit::{self, Entry},
    entity::oauth_account::{ActiveModel, Model},
    error::AuthError,
    model::ProviderName,
    provider::ProviderError,
    repository,
};

/// How long before its end a token is refreshed: who gets it must still come to use it.
const AHEAD: Duration = Duration::from_secs(60);

/// For how long whoever refreshes has that to themselves: longer than a call may take. Should they die,
/// another takes over afterwards.
const LEASE: Duration = Duration::from_secs(30);

/// How long others wait for them, and how often they look.
const PATIENCE: Duration = Duration::from_secs(15);
const LOOK: Duration = Duration::from_millis(50);

/// Gives access tokens of providers that are good for another minute at least. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ProviderTokens {
    database: Database,
    clock: Clock,
    sealer: Arc<Sealer>,
    providers: Providers,
}

/// Why there is no token.
#[derive(Debug, Error)]
pub enum ProviderTokenError {
    /// The user has no account at this provider, as far as we know.
    #[error("the provider is not linked")]
    NotLinked,
    /// The provider takes our tokens no more: the user must sign in by it once again.
    #[error("the provider's permission is revoked")]
    Revoked,
    /// The provider, or the database, cannot tell now.
    #[error("no token can be had from the provider now")]
    Unavailable(#[source] Unexpected),
}

/// How a refresh went.
enum Refreshed {
    Token(Secret),
    Revoked,
}

impl ProviderTokens {
    pub(crate) fn new(
        database: Database,
        clock: Clock,
        sealer: Arc<Sealer>,
        providers: Providers,
    ) -> Self {
        Self {
            database,
            clock,
            sealer,
            providers,
        }
    }

    /// An access token of `user_id` at `provider`, refreshed when it is due: by one at a time in the
    /// whole cluster, since a provider that rotates refresh tokens takes the second use of one for a
    /// theft (RFC 9700, 4.14.2). No transaction is open while the provider is asked.
    ///
    /// # Errors
    ///
    /// When the provider is not linked, its permission is revoked, or it cannot be asked now.
    pub async fn valid(
        &self,
        user_id: UserId,
        provider: &ProviderName,
    ) -> Result<Secret, ProviderTokenError> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let account = self.find(user_id, provider).await?;
            if account.revoked_at.is_some() {
                return Err(ProviderTokenError::Revoked);
            }
            if let Some(token) = self.current(&account)? {
                return Ok(token);
            }
            if let Some(claimed) = self.claim(&account).await? {
                return self.refresh_to_the_end(claimed).await;
            }
            sleep(LOOK).await;
        }
        Err(unavailable("somebody else refreshes it, for too long"))
    }

    async fn find(
        &self,
        user_id: UserId,
        provider: &ProviderName,
    ) -> Result<Model, ProviderTokenError> {
        let connection = self.database.connection();
        repository::oauth_accounts::find_by_user(connection, user_id, provider)
            .await
            .map_err(unavailable)?
            .ok_or(ProviderTokenError::NotLinked)
    }

    /// The token that there is, if it is good for long enough. One without an end is good until the
    /// provider says otherwise to whoever uses it.
    fn current(&self, account: &Model) -> Result<Option<Secret>, ProviderTokenError> {
        let is_good = (account.expires_at).is_none_or(|end| end > self.clock.now() + AHEAD);
        if !is_good {
            return Ok(None);
        }
        open(&self.sealer, account, Token::Access).map_err(unavailable)
    }

    /// The account as it is once the right to refresh it is ours.
    async fn claim(&self, account: &Model) -> Result<Option<Model>, ProviderTokenError> {
        let now = self.clock.now();
        let connection = self.database.connection();
        let claimed =
            repository::oauth_accounts::claim_refresh(connection, account, now + LEASE, now)
                .await
                .map_err(unavailable)?;
        Ok(claimed.then(|| Model {
            version: account.version + 1,
            ..account.clone()
        }))
    }

    /// Refreshes, whether or not who asked for it is still there: a refresh token that the provider
    /// has rotated must not be lost.
    async fn refresh_to_the_end(&self, account: Model) -> Result<Secret, ProviderTokenError> {
        let this = self.clone();
        let task = tokio::task::spawn_local(async move { this.refresh(&account).await });
        match task.await.map_err(unavailable)?.map_err(unavailable)? {
            Refreshed::Token(token) => Ok(token),
            Refreshed::Revoked => Err(ProviderTokenError::Revoked),
        }
    }

    async fn refresh(&self, account: &Model) -> Result<Refreshed, RefreshError> {
        let provider = self
            .providers
            .get(&account.provider)
            .ok_or(RefreshError::Unknown)?;
        let token = open(&self.sealer, account, Token::Refresh).map_err(Unexpected::new)?;
        let Some(token) = token else {
            // Nothing to refresh with: it ends here.
            return self.revoke(account).await;
        };
        match provider.refresh(&token).await {
            Ok(grant) => {
                let changes = granted(&self.sealer, account.id, &grant)?;
                self.write(account, changes).await?;
                tracing::info!(user_id = %account.user_id, provider = %account.provider, "provider_token_refreshed");
                Ok(Refreshed::Token(grant.access_token))
            }
            Err(error) if error.is_revocation() => self.revoke(account).await,
            Err(error) => {
                let give_back = ActiveModel {
                    refreshing_until: Set(None),
                    ..Default::default()
                };
                self.write(account, give_back).await?;
                Err(error.into())
            }
        }
    }

    async fn write(&self, account: &Model, changes: ActiveModel) -> Result<(), AuthError> {
        let connection = self.database.connection();
        let is_ours =
            repository::oauth_accounts::update(connection, account.id, account.version, changes)
                .await?;
        if !is_ours {
            // Signed in or unlinked meanwhile; what stands there now is as good or better.
            tracing::debug!(user_id = %account.user_id, "provider_token_refresh_overtaken");
        }
        Ok(())
    }

    /// Forgets the tokens. The link stays: it is the user's way to sign in.
    async fn revoke(&self, account: &Model) -> Result<Refreshed, RefreshError> {
        let now = self.clock.now();
        let transaction = self.database.begin().await.map_err(AuthError::from)?;
        self.revoke_within(&transaction, account, now).await?;
        transaction.commit().await.map_err(AuthError::from)?;
        tracing::info!(user_id = %account.user_id, provider = %account.provider, "provider_token_revoked");
        Ok(Refreshed::Revoked)
    }

    async fn revoke_within(
        &self,
        transaction: &Transaction,
        account: &Model,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<(), AuthError> {
        let changes = ActiveModel {
            access_token_sealed: Set(None),
            refresh_token_sealed: Set(None),
            refreshing_until: Set(None),
            revoked_at: Set(Some(now)),
            ..Default::default()
        };
        let (id, version) = (account.id, account.version);
        if repository::oauth_accounts::update(transaction, id, version, changes).await? {
            let entry = Entry::new("provider.revoked")
                .to(account.user_id)
                .with("provider", account.provider.as_str());
            audit::record(transaction, entry, now).await?;
        }
        Ok(())
    }
}

/// Why a refresh came to nothing.
#[derive(Debug, Error)]
enum RefreshError {
    #[error("the provider is not in the settings any more")]
    Unknown,
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error(transparent)]
    Auth(#[from] AuthError),
    #[error(transparent)]
    Unexpected(#[from] Unexpected),
}

fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ProviderTokenError {
    ProviderTokenError::Unavailable(Unexpected::new(cause))
}
