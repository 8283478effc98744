//! What an older key sealed of authenticator apps is sealed anew.

use ashlar_core::{
    jobs::{Job, Perform, Run},
    retry::Failure,
};
use serde::{Deserialize, Serialize};

use crate::service::SecondFactor;

/// To seal with the newest key what an older one sealed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ResealTotp {}

impl Job for ResealTotp {
    const NAME: &'static str = "auth.reseal_totp";
}

impl Perform<ResealTotp> for SecondFactor {
    async fn perform(&self, _: ResealTotp, _: &Run) -> Result<(), Failure> {
        let sealed = self.reseal().await?;
        tracing::info!(sealed, "totp_secrets_resealed");
        Ok(())
    }
}
