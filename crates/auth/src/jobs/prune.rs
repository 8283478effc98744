//! Every night: what says nothing any more is removed.

use ashlar_core::{
    jobs::{Job, Perform, Run},
    retry::Failure,
};
use serde::{Deserialize, Serialize};

use crate::service::{Sessions, Throttle};

/// To delete the sessions that are over since long.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PruneSessions {}

impl Job for PruneSessions {
    const NAME: &'static str = "auth.prune_sessions";
}

/// Deletes them batch by batch, each committed by itself.
impl Perform<PruneSessions> for Sessions {
    async fn perform(&self, _: PruneSessions, _: &Run) -> Result<(), Failure> {
        let mut deleted = 0;
        loop {
            let batch = self.delete_some_over().await?;
            if batch == 0 {
                break;
            }
            deleted += batch;
        }
        tracing::info!(deleted, "sessions_pruned");
        Ok(())
    }
}

/// To remove the throttles that say nothing any more.
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
