//! What passkeys are asked to sign: random, for one purpose, for five minutes, good once.

use ashlar_core::{principal::UserId, problem::Unexpected};
use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::Passkeys;
use crate::{
    entity::passkey_challenge::Model,
    error::AuthError,
    model::{ChallengeId, ChallengePurpose},
    repository,
    totp::NoRandom,
};

/// How long a challenge is, in bytes; 16 is the least (WebAuthn, 13.4.3).
const BYTES: usize = 32;

/// How long it can be answered, in minutes.
const LIFETIME: i64 = 5;

impl Passkeys {
    /// A new challenge for `user_id`, or for whoever wants to sign in.
    pub(super) async fn challenge(
        &self,
        user_id: Option<UserId>,
        purpose: ChallengePurpose,
    ) -> Result<(ChallengeId, String), AuthError> {
        let mut bytes = [0; BYTES];
        rand::fill(&mut bytes).map_err(|_| Unexpected::new(NoRandom))?;
        let challenge = URL_SAFE_NO_PAD.encode(bytes);
        let row = Model {
            id: ChallengeId::new(),
            user_id,
            purpose,
            challenge: challenge.clone(),
            expires_at: self.clock.now() + chrono::Duration::minutes(LIFETIME),
        };
        let id = row.id;
        repository::passkey_challenges::insert(self.database.connection(), row).await?;
        Ok((id, challenge))
    }

    /// Uses up a challenge, whatever its answer is worth.
    pub(super) async fn take_challenge(
        &self,
        id: ChallengeId,
        user_id: Option<UserId>,
        purpose: ChallengePurpose,
    ) -> Result<Option<String>, AuthError> {
        let (connection, now) = (self.database.connection(), self.clock.now());
        Ok(repository::passkey_challenges::take(connection, id, user_id, purpose, now).await?)
    }

    /// Removes what nobody answered. How much there was.
    pub(crate) async fn remove_expired_challenges(&self) -> Result<u64, AuthError> {
        let (connection, now) = (self.database.connection(), self.clock.now());
        Ok(repository::passkey_challenges::delete_expired(connection, now).await?)
    }
}
