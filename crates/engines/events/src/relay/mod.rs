//! The relay: passes events from the outbox on to the broker. A process owns a partition by a lease
//! while it drains it, so that many processes share the work and the order stays.

mod drain;
mod refusals;

use std::{sync::Arc, time::Duration};

use ashlar_core::{
    clock::Clock,
    database::{Database, Work},
    ids::Id,
    threads::{Cut, Threads},
};
use chrono::TimeDelta;
use futures_util::{StreamExt, stream::FuturesUnordered};
use sea_orm::DbErr;
use tokio::sync::{OnceCell, watch};

use self::refusals::Refusals;
use crate::{Broker, BrokerError, repository::partition};

/// Passes events on. Cheap to clone; clones own the same partitions.
#[derive(Clone)]
pub(crate) struct Relay {
    database: Database,
    clock: Clock,
    broker: Arc<dyn Broker>,
    lease: Duration,
    /// Whose the leases are: another for each process, and for each start of one.
    owner: Arc<str>,
    /// Set once the partitions have their rows.
    prepared: Arc<OnceCell<()>>,
}

/// Why a partition was left before it was empty.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Interrupted {
    #[error(transparent)]
    Broker(#[from] BrokerError),
    #[error("the outbox cannot be read or marked")]
    Database(#[from] DbErr),
    #[error("the thread that drained the partition is gone")]
    Thread(#[from] Cut),
}

impl Relay {
    pub(crate) fn new(
        database: Database,
        clock: Clock,
        broker: Arc<dyn Broker>,
        lease: Duration,
    ) -> Self {
        Self {
            database,
            clock,
            broker,
            lease,
            owner: Id::<()>::new().to_string().into(),
            prepared: Arc::default(),
        }
    }

    /// Passes on what waits, and what comes, until `stopping` says true; then what is under way is
    /// finished. `workers` partitions are drained at once, on `threads`.
    pub(crate) async fn run(
        &self,
        threads: &Threads,
        workers: usize,
        poll: Duration,
        mut stopping: watch::Receiver<bool>,
    ) {
        let mut signal = self.database.signal(Work::Events);
        let mut refusals = Refusals::default();
        let mut draining = FuturesUnordered::new();
        while !*stopping.borrow() {
            signal.mark_unchanged();
            let free = workers.saturating_sub(draining.len());
            match self.claim(free as u64, &refusals.resting()).await {
                Ok(claimed) => draining.extend(
                    claimed
                        .into_iter()
                        .map(|partition| self.drain_on(threads, partition, stopping.clone())),
                ),
                Err(error) => refusals::log(None, &error.into()),
            }
            let busy = draining.len() >= workers;
            tokio::select! {
                Some((partition, outcome)) = draining.next() => refusals.note(partition, outcome),
                _ = signal.changed(), if !busy => {}
                () = tokio::time::sleep(refusals.wait(poll)) => {}
                _ = stopping.changed() => {}
            }
        }
        while let Some((partition, outcome)) = draining.next().await {
            refusals.note(partition, outcome);
        }
    }

    /// Passes on everything that waits, here and now; answers how many events that were.
    pub(crate) async fn drain(&self) -> Result<usize, Interrupted> {
        let (_running, stopping) = watch::channel(false);
        let mut passed = 0;
        loop {
            let claimed = self.claim(1, &[]).await?;
            let Some(partition) = claimed.first() else {
                return Ok(passed);
            };
            passed += self.drain_partition(*partition, &stopping).await?;
        }
    }

    /// Up to `limit` partitions to drain, none of them among `resting`.
    async fn claim(&self, limit: u64, resting: &[i16]) -> Result<Vec<i16>, DbErr> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let prepare = || partition::prepare(&self.database);
        self.prepared.get_or_try_init(prepare).await?;
        let now = self.clock.now();
        let lease = self.lease();
        partition::claim(&self.database, &self.owner, resting, limit, now, lease).await
    }

    fn lease(&self) -> TimeDelta {
        // An hour at most: it always fits.
        TimeDelta::from_std(self.lease).unwrap_or_default()
    }

    /// Drains `partition` on one of `threads`: what handlers do need not be `Send`.
    async fn drain_on(
        &self,
        threads: &Threads,
        partition: i16,
        stopping: watch::Receiver<bool>,
    ) -> (i16, Result<usize, Interrupted>) {
        let relay = self.clone();
        let drained =
            threads.run(move || async move { relay.drain_partition(partition, &stopping).await });
        (
            partition,
            drained.await.unwrap_or_else(|cut| Err(cut.into())),
        )
    }
}
