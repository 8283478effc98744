//! Deletes what has been dealt with long ago, in small batches, so that nobody waits for it.

use std::{error::Error, time::Duration};

use ashlar_core::{clock::Clock, database::Database};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DbErr;

use crate::repository::{inbox, outbox};

/// How often it is looked for what can go.
const INTERVAL: Duration = Duration::from_secs(5 * 60);

/// How many rows go at once.
const BATCH: usize = 1_000;

/// Between two batches, so that others write.
const PAUSE: Duration = Duration::from_millis(20);

/// How many rows were deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Of events that the broker has.
    pub outbox: usize,
    /// Of notes which handler had which event.
    pub inbox: usize,
}

/// Deletes what is old.
#[derive(Clone)]
pub(crate) struct Prune {
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    pub(crate) keep_published: Duration,
    pub(crate) keep_inbox: Duration,
}

impl Prune {
    /// Prunes at intervals for as long as it is polled.
    pub(crate) async fn run(&self) {
        loop {
            tokio::time::sleep(INTERVAL).await;
            if let Err(error) = self.once().await {
                let error = &error as &(dyn Error + 'static);
                tracing::warn!(error, "events_not_pruned");
            }
        }
    }

    /// Deletes everything that is old enough.
    pub(crate) async fn once(&self) -> Result<Pruned, DbErr> {
        let mut pruned = Pruned::default();
        let published = self.before(self.keep_published);
        loop {
            let deleted = outbox::prune(&self.database, published, BATCH as u64).await?;
            pruned.outbox += deleted;
            if deleted < BATCH {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        let received = self.before(self.keep_inbox);
        loop {
            let deleted = inbox::prune(&self.database, received, BATCH as u64).await?;
            pruned.inbox += deleted;
            if deleted < BATCH {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        if pruned != Pruned::default() {
            tracing::info!(
                outbox = pruned.outbox,
                inbox = pruned.inbox,
                "events_pruned"
            );
        }
        Ok(pruned)
    }

    fn before(&self, kept: Duration) -> DateTime<Utc> {
        let kept = TimeDelta::from_std(kept).unwrap_or(TimeDelta::MAX);
        let now = self.clock.now();
        now.checked_sub_signed(kept)
            .unwrap_or(DateTime::<Utc>::MIN_UTC)
    }
}
