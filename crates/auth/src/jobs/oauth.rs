//! Visits to providers that are over are removed, and what an older key sealed is sealed anew.

use ashlar_core::{
    jobs::{Job, Perform, Run},
    retry::Failure,
};
use serde::{Deserialize, Serialize};

use crate::service::Oauth;

/// To remove visits to providers and codes that are over.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SweepVisits {}

impl Job for SweepVisits {
    const NAME: &'static str = "auth.sweep_visits";
}

/// To seal with the newest key what an older one sealed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ResealTokens {}

impl Job for ResealTokens {
    const NAME: &'static str = "auth.reseal_tokens";
}

/// Does both.
pub(crate) struct KeepOauth(pub(crate) Oauth);

impl Perform<SweepVisits> for KeepOauth {
    async fn perform(&self, _: SweepVisits, _: &Run) -> Result<(), Failure> {
        let removed = self.0.sweep().await?;
        tracing::info!(removed, "oauth_visits_swept");
        Ok(())
    }
}

impl Perform<ResealTokens> for KeepOauth {
    async fn perform(&self, _: ResealTokens, _: &Run) -> Result<(), Failure> {
        let sealed = self.0.reseal().await?;
        tracing::info!(sealed, "provider_tokens_resealed");
        Ok(())
    }
}
