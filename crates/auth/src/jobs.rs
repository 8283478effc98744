//! What auth does in the background.

use ashlar_core::{
    jobs::{Job, Perform, Run},
    retry::Failure,
};
use serde::{Deserialize, Serialize};

use crate::service::Throttle;

/// The removal of throttles that say nothing any more.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct PruneThrottles {}

impl Job for PruneThrottles {
    const NAME: &'static str = "auth.prune_throttles";
}

impl Perform<PruneThrottles> for Throttle {
    async fn perform(&self, _: PruneThrottles, _: &Run) -> Result<(), Failure> {
        let pruned = self.prune().await?;
        tracing::info!(pruned, "throttles_pruned");
        Ok(())
    }
}
