//! What auth does in the background.

use ashlar_core::{
    jobs::{Job, Perform, Run, Schedule},
    retry::Failure,
};
use serde::{Deserialize, Serialize};

use crate::service::Sessions;

/// To delete the sessions that are over since long.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PruneSessions {}

impl Job for PruneSessions {
    const NAME: &'static str = "auth.prune_sessions";
}

/// Every night.
pub(crate) fn prune_sessions() -> Schedule {
    Schedule::new("auth.prune_sessions", "20 3 * * *", || PruneSessions {})
}

/// Deletes them batch by batch, each committed by itself.
pub(crate) struct Pruner(pub(crate) Sessions);

impl Perform<PruneSessions> for Pruner {
    async fn perform(&self, _: PruneSessions, _: &Run) -> Result<(), Failure> {
        let mut deleted = 0;
        loop {
            let batch = self.0.delete_some_over().await?;
            if batch == 0 {
                break;
            }
            deleted += batch;
        }
        tracing::info!(deleted, "sessions_pruned");
        Ok(())
    }
}
