//! Removing the challenges that nobody answered.

use ashlar_core::{
    jobs::{Job, Perform, Run, Schedule},
    retry::Failure,
};
use serde::{Deserialize, Serialize};

use crate::service::Passkeys;

/// To remove the challenges that nobody answered in time.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RemoveExpiredChallenges {}

impl Job for RemoveExpiredChallenges {
    const NAME: &'static str = "auth.remove_expired_challenges";
}

/// Removes them.
pub(crate) struct RemoveChallenges(pub(crate) Passkeys);

impl Perform<RemoveExpiredChallenges> for RemoveChallenges {
    async fn perform(&self, _: RemoveExpiredChallenges, _: &Run) -> Result<(), Failure> {
        let removed = self.0.remove_expired_challenges().await?;
        tracing::debug!(removed, "expired_challenges_removed");
        Ok(())
    }
}

/// Every hour.
pub(crate) fn schedule() -> Schedule {
    let job = || RemoveExpiredChallenges {};
    Schedule::new("auth.remove_expired_challenges", "17 * * * *", job)
}
