//! The providers that a user linked.

use ashlar_contracts::users::ProviderChange;
use ashlar_core::{database::Transaction, events::publish, http::ClientInfo, principal::Principal};
use chrono::{DateTime, Utc};

use super::{Oauth, account::resealed};
use crate::{
    audit::{self, Entry},
    entity::{oauth_account::Model, user::Model as User},
    error::AuthError,
    events::provider_changed,
    model::ProviderName,
    provider::Provider,
    repository,
    service::ways_in,
};

/// How many accounts are sealed anew at once.
const BATCH: u64 = 200;

impl Oauth {
    pub(crate) async fn links(&self, caller: &Principal) -> Result<Vec<Model>, AuthError> {
        let connection = self.database.connection();
        Ok(repository::oauth_accounts::list(connection, caller.user_id).await?)
    }

    /// Removes a link, and our tokens with it, unless the user could not sign in any more.
    pub(crate) async fn unlink(
        &self,
        caller: &Principal,
        provider: &ProviderName,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        let user_id = caller.user_id;
        let work = async |transaction: &Transaction| {
            // Who unlinks two at once must not lose both.
            let user = self.callers.lock_proved(transaction, caller).await?.user;
            if !repository::oauth_accounts::delete(transaction, user_id, provider).await? {
                return Err(AuthError::LinkNotFound);
            }
            if !ways_in::remain(transaction, user_id).await? {
                return Err(AuthError::LastWayIn);
            }
            let entry = Entry::new("provider.unlinked")
                .to(user_id)
                .by(caller)
                .from(client)
                .with("provider", provider.as_str());
            let now = self.clock.now();
            audit::record(transaction, entry, now).await?;
            self.tell(transaction, &user, provider, ProviderChange::Unlinked, now)
                .await
        };
        self.database.transaction(work).await?;
        tracing::info!(%user_id, %provider, "provider_unlinked");
        Ok(())
    }

    /// Has the user told, who may not know of it (OWASP ASVS 5.0, 6.3.7).
    pub(super) async fn tell(
        &self,
        transaction: &Transaction,
        user: &User,
        provider: &ProviderName,
        change: ProviderChange,
        now: DateTime<Utc>,
    ) -> Result<(), AuthError> {
        // One that is no longer in the settings has its name alone.
        let title = self.providers.get(provider).map(Provider::title);
        let title = title.unwrap_or(provider.as_str());
        let event = provider_changed(user, title, change);
        publish(transaction, &event, now).await?;
        Ok(())
    }

    /// Removes the visits and codes that are over; how many there were.
    pub(crate) async fn sweep(&self) -> Result<u64, AuthError> {
        let (connection, now) = (self.database.connection(), self.clock.now());
        let flows = repository::oauth_flows::delete_expired(connection, now).await?;
        let codes = repository::oauth_codes::delete_expired(connection, now).await?;
        Ok(flows + codes)
    }

    /// Seals with the newest key what an older one sealed; how many accounts that were. One that cannot
    /// be opened is told, and left alone.
    pub(crate) async fn reseal(&self) -> Result<u64, AuthError> {
        let connection = self.database.connection();
        let (mut last, mut sealed) = (None, 0);
        loop {
            let accounts = repository::oauth_accounts::after(connection, last, BATCH).await?;
            let Some(newest) = accounts.last() else {
                return Ok(sealed);
            };
            last = Some(newest.id);
            for account in &accounts {
                sealed += u64::from(self.reseal_one(account).await?);
            }
        }
    }

    async fn reseal_one(&self, account: &Model) -> Result<bool, AuthError> {
        let changes = match resealed(&self.sealer, account) {
            Ok(Some(changes)) => changes,
            Ok(None) => return Ok(false),
            Err(error) => {
                tracing::error!(account_id = %account.id, %error, "provider_tokens_not_opened");
                return Ok(false);
            }
        };
        // Written meanwhile, it was sealed by the newest key.
        let connection = self.database.connection();
        Ok(
            repository::oauth_accounts::update(connection, account.id, account.version, changes)
                .await?,
        )
    }
}
