//! One partition, drained in batches by who has its lease.

use tokio::sync::watch;

use super::{Interrupted, Relay};
use crate::repository::{outbox, partition};

/// How many events the broker gets at once.
const BATCH: u64 = 256;

/// How many batches an owner drains before it lets others have their turn.
const BURST: usize = 32;

impl Relay {
    /// Drains `partition`, which is owned, until it is empty, it was long enough, or `stopping` says
    /// true; then gives it back. Answers how many events were passed on.
    pub(super) async fn drain_partition(
        &self,
        partition: i16,
        stopping: &watch::Receiver<bool>,
    ) -> Result<usize, Interrupted> {
        let drained = tokio::select! {
            drained = self.burst(partition, stopping) => drained,
            // What is under way is dropped: whoever owns the partition now does it.
            () = self.lose(partition) => {
                tracing::warn!(partition, "partition_lost");
                return Ok(0);
            }
        };
        let released =
            partition::release(&self.database, &self.owner, partition, self.clock.now()).await;
        let passed = drained?;
        released?;
        Ok(passed)
    }

    async fn burst(
        &self,
        partition: i16,
        stopping: &watch::Receiver<bool>,
    ) -> Result<usize, Interrupted> {
        let mut passed = 0;
        for _ in 0..BURST {
            let batch = self.pass_batch(partition).await?;
            passed += batch;
            if (batch as u64) < BATCH || *stopping.borrow() {
                break;
            }
        }
        Ok(passed)
    }

    /// Hands the next batch to the broker, and marks it.
    async fn pass_batch(&self, partition: i16) -> Result<usize, Interrupted> {
        let (positions, events) = outbox::waiting(&self.database, partition, BATCH).await?;
        if events.is_empty() {
            return Ok(0);
        }
        self.broker.publish(&events).await?;
        outbox::mark(&self.database, positions, self.clock.now()).await?;
        Ok(events.len())
    }

    /// Renews the lease of `partition` for as long as it is polled, thrice while it runs, so that one
    /// renewal may fail; ends when it is another's.
    async fn lose(&self, partition: i16) {
        loop {
            tokio::time::sleep(self.lease / 3).await;
            let now = self.clock.now();
            let lease = self.lease();
            match partition::renew(&self.database, &self.owner, partition, now, lease).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => super::refusals::log(Some(partition), &error.into()),
            }
        }
    }
}
