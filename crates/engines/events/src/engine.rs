//! The engine: all that a process does for events beside publishing them.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use ashlar_core::{clock::Clock, database::Database, domain::Domain, threads::Threads};
use sea_orm::DbErr;
use tokio::sync::watch;

use crate::{
    Broker, EventsError, EventsSettings, Groups, Pruned, prune::Prune, relay::Relay,
    retries::Retries,
};

/// Passes events on, tries those again that failed, and forgets what is old. Cheap to clone.
#[derive(Clone)]
pub struct Events {
    relay: Relay,
    retries: Retries,
    prune: Prune,
    broker: Arc<dyn Broker>,
    threads: Threads,
    /// How many partitions of the outbox are drained at once.
    lanes: usize,
    /// How many parked events are tried at once.
    workers: usize,
    poll: Duration,
}

impl Events {
    /// The engine that passes events to `broker`, and tries those again that the handlers of
    /// `domains` failed at.
    ///
    /// # Errors
    ///
    /// When two handlers have the same name, or the system gives no threads.
    pub fn new(
        database: Database,
        clock: Clock,
        domains: &[Domain],
        settings: &EventsSettings,
        broker: Arc<dyn Broker>,
    ) -> Result<Self, EventsError> {
        let groups = Groups::new(database.clone(), clock.clone(), domains)?;
        let (workers, poll) = if database.is_postgres() {
            (settings.workers.max(1), Duration::from_secs(5))
        } else {
            // There is one writer, and other processes cannot tell.
            (1, Duration::from_secs(1))
        };
        Ok(Self {
            relay: Relay::new(
                database.clone(),
                clock.clone(),
                Arc::clone(&broker),
                settings.lease,
            ),
            retries: Retries {
                groups,
                database: database.clone(),
                clock: clock.clone(),
            },
            prune: Prune {
                database,
                clock,
                keep_published: settings.keep_published,
                keep_inbox: settings.keep_inbox,
            },
            // One more, so that a handler that blocks its thread does not stop the rest.
            threads: Threads::new("events", workers + 1).map_err(EventsError::Threads)?,
            lanes: broker.lanes().unwrap_or(workers),
            broker,
            workers,
            poll: settings.poll_interval.unwrap_or(poll),
        })
    }

    /// Works until `stop` is ready, then finishes what is under way and gives back what it owns.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        let threads = &self.threads;
        let (stopping, stopped) = watch::channel(false);
        let relay = self
            .relay
            .run(threads, self.lanes, self.poll, stopped.clone());
        let retries = self.retries.run(threads, self.workers, self.poll, stopped);
        let working = async {
            tokio::join!(relay, retries);
        };
        let stopping = async {
            tokio::select! {
                () = stop => {}
                () = self.prune.run() => {}
            }
            // Who listens ends; when nobody does, they have ended.
            let _ = stopping.send(true);
        };
        tokio::join!(working, stopping);
    }

    /// For tests: passes everything on that waits, and tries every parked event that is due by the
    /// clock, until nothing is left to do now. Answers how many events were passed on and how many
    /// attempts at parked ones were made. What hinders it is in the log.
    pub async fn drain(&self) -> usize {
        let mut done = 0;
        loop {
            match self.round().await {
                Ok(0) => return done,
                Ok(some) => done += some,
                Err(error) => {
                    let error = &*error as &(dyn Error + 'static);
                    tracing::warn!(error, "events_not_drained");
                    return done;
                }
            }
        }
    }

    /// Deletes what is kept no longer; a running engine does so by itself.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn prune(&self) -> Result<Pruned, DbErr> {
        self.prune.once().await
    }

    async fn round(&self) -> Result<usize, Box<dyn Error>> {
        let passed = self.relay.drain().await?;
        Ok(passed + self.retries.drain().await?)
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("broker", &self.broker.name())
            .finish_non_exhaustive()
    }
}
