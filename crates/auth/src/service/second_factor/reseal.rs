//! Secrets of apps that an older key sealed: sealed anew, so that the older key can go.

use ashlar_core::{principal::UserId, problem::Unexpected};

use super::{SecondFactor, context};
use crate::{entity::totp_credential::Model, error::AuthError, repository};

/// How many are looked at in one statement.
const BATCH: u64 = 200;

impl SecondFactor {
    /// How many were sealed anew. One that cannot be opened is told, and left alone.
    pub(crate) async fn reseal(&self) -> Result<u64, AuthError> {
        let connection = self.database.connection();
        let (mut last, mut sealed): (Option<UserId>, u64) = (None, 0);
        loop {
            let some = repository::totp::after(connection, last, BATCH).await?;
            let Some(newest) = some.last() else {
                return Ok(sealed);
            };
            last = Some(newest.user_id);
            for totp in &some {
                sealed += u64::from(self.reseal_one(totp).await?);
            }
        }
    }

    async fn reseal_one(&self, totp: &Model) -> Result<bool, AuthError> {
        if self.sealer.is_current(&totp.secret) {
            return Ok(false);
        }
        let context = context(totp.user_id);
        let secret = match self.sealer.open(&context, &totp.secret) {
            Ok(secret) => secret,
            Err(error) => {
                tracing::error!(user_id = %totp.user_id, %error, "totp_secret_not_opened");
                return Ok(false);
            }
        };
        let anew = self.sealer.seal(&context, &secret);
        let anew = anew.map_err(Unexpected::new)?;
        // Set up anew meanwhile, it was sealed by the newest key.
        Ok(repository::totp::reseal(self.database.connection(), totp, anew).await?)
    }
}
