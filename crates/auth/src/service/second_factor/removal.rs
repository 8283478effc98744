//! Second factors that go: turned off, lost, or of a user who is gone.

use ashlar_contracts::users::SecondFactorChange;
use ashlar_core::{
    database::Transaction,
    events::publish,
    http::ClientInfo,
    principal::{Principal, UserId},
};
use chrono::{DateTime, Utc};

use super::SecondFactor;
use crate::{
    audit::{self, Entry},
    error::AuthError,
    events::second_factor_changed,
    repository,
};

impl SecondFactor {
    /// Removes every second factor of `user_id`, who lost them and may do no more than `actor`, and ends what they were
    /// proved for: sessions, and the rights of API keys that ask for one.
    pub(crate) async fn reset(
        &self,
        actor: &Principal,
        user_id: UserId,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        let work = async |transaction: &Transaction| {
            let now = self.clock.now();
            let user = (self.callers.lock_managed(transaction, actor, user_id)).await?;
            self.callers.factors_changed(transaction, user_id);
            // What was proved with them counts no more.
            (self.sessions.end_of(transaction, actor, user_id, client)).await?;
            let keys = repository::api_keys::forget_second_factor(transaction, user_id).await?;
            let totp = remove(transaction, user_id, now).await?;
            let passkeys = repository::passkeys::delete_all(transaction, user_id).await?;
            let entry = Entry::new("second_factors.reset").to(user_id).by(actor);
            let entry = entry
                .from(client)
                .with("totp", totp)
                .with("passkeys", passkeys);
            audit::record(transaction, entry, now).await?;
            let event = second_factor_changed(&user, SecondFactorChange::Reset);
            publish(transaction, &event, now).await?;
            Ok::<_, AuthError>(keys)
        };
        let keys = self.database.transaction(work).await?;
        keys.into_iter().for_each(|key| self.known_keys.forget(key));
        Ok(())
    }
}

/// Turns off the app of `user_id`, and with it their recovery codes. Whether there was one.
pub(in crate::service) async fn remove(
    transaction: &Transaction,
    user_id: UserId,
    now: DateTime<Utc>,
) -> Result<bool, AuthError> {
    let removed = repository::totp::delete(transaction, user_id).await?;
    repository::recovery_codes::delete_all(transaction, user_id).await?;
    repository::users::set_second_factor(transaction, user_id, false, now).await?;
    Ok(removed)
}

/// Forgets all that `user_id`, who is gone, could prove beside a password.
pub(in crate::service) async fn forget(
    transaction: &Transaction,
    user_id: UserId,
) -> Result<(), AuthError> {
    repository::totp::delete(transaction, user_id).await?;
    repository::recovery_codes::delete_all(transaction, user_id).await?;
    repository::passkeys::delete_all(transaction, user_id).await?;
    Ok(())
}
