//! The passkeys that a user has.

use ashlar_contracts::users::SecondFactorChange;
use ashlar_core::{database::Transaction, events::publish, http::ClientInfo, principal::Principal};

use super::Passkeys;
use crate::{
    audit::{self, Entry},
    entity::passkey::Model,
    error::AuthError,
    events::second_factor_changed,
    model::PasskeyId,
    repository,
    service::ways_in,
};

const LAST_WAY: AuthError =
    AuthError::SecondFactorConflict("It is the last way to sign in: set a password first");

impl Passkeys {
    /// The caller's, the oldest first.
    pub(crate) async fn list(&self, caller: &Principal) -> Result<Vec<Model>, AuthError> {
        let connection = self.database.connection();
        Ok(repository::passkeys::of_user(connection, caller.user_id).await?)
    }

    /// Removes one of the caller's, unless nothing else would let them in.
    pub(crate) async fn remove(
        &self,
        caller: &Principal,
        id: PasskeyId,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        let work = async |transaction: &Transaction| {
            let (user_id, now) = (caller.user_id, self.clock.now());
            // Locked, so that of two who remove the last two passkeys at once one is refused.
            let user = self.callers.lock_proved(transaction, caller).await?.user;
            if !repository::passkeys::delete(transaction, user_id, id).await? {
                return Err(AuthError::NoSuchPasskey);
            }
            if !ways_in::remain(transaction, user_id).await? {
                return Err(LAST_WAY);
            }
            self.callers.factors_changed(transaction, user_id);
            let entry = Entry::new("passkey.removed").to(user_id).by(caller);
            let entry = entry.from(client).with("passkey_id", id.to_string());
            audit::record(transaction, entry, now).await?;
            let event = second_factor_changed(&user, SecondFactorChange::PasskeyRemoved);
            publish(transaction, &event, now).await?;
            Ok::<(), AuthError>(())
        };
        self.database.transaction(work).await
    }
}
