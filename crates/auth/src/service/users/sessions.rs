//! Ending the sessions of other users.

use ashlar_core::{
    database::Transaction,
    http::ClientInfo,
    principal::{Principal, UserId},
};

use super::Users;
use crate::error::AuthError;

impl Users {
    /// Signs the user `id`, who may do no more than `actor`, out everywhere (OWASP ASVS 5.0, 7.4.5).
    pub(crate) async fn end_sessions(
        &self,
        actor: &Principal,
        id: UserId,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        let work = async |transaction: &Transaction| {
            self.callers.lock_managed(transaction, actor, id).await?;
            (self.sessions.end_of(transaction, actor, id, client)).await
        };
        self.database.transaction(work).await?;
        tracing::info!(user_id = %id, actor_id = %actor.user_id, "sessions_ended");
        Ok(())
    }
}
