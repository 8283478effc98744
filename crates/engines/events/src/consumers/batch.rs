//! Many events in one transaction; and one by one, when one of them fails.

use std::{
    collections::{HashMap, HashSet},
    error::Error,
};

use ashlar_core::{
    database::{Transaction, Work},
    events::{EventId, Incoming},
    retry::Failure,
};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use uuid::Uuid;

use super::{
    Consumer,
    attempt::{attempt_all, is_timeout, log_handled},
    park::Parking,
};
use crate::repository::{inbox, parked};

/// How many events are handled in one transaction: enough that its own cost is small, and few
/// enough that it is not long, since on SQLite nobody else writes meanwhile.
pub(super) const BATCH: usize = 100;

/// Why a transaction of a consumer came to nothing.
pub(super) enum Undone {
    /// A handler failed.
    Failed(Failure),
    /// The database did.
    Database(DbErr),
}

impl From<DbErr> for Undone {
    fn from(error: DbErr) -> Self {
        Self::Database(error)
    }
}

impl From<Failure> for Undone {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Consumer {
    /// Handles `events`, in order per key, each once; parks those that fail.
    pub(super) async fn take(&self, events: &[&Incoming]) -> Result<(), DbErr> {
        for batch in events.chunks(BATCH) {
            match self.together(batch).await {
                Ok(()) => {}
                Err(Undone::Database(error)) => return Err(error),
                Err(Undone::Failed(failure)) if batch.len() == 1 => {
                    self.park(batch[0], failure).await?;
                }
                Err(Undone::Failed(failure)) => {
                    let error: &(dyn Error + 'static) = failure.error();
                    tracing::debug!(handler = self.handler.name(), error, "batch_split");
                    self.one_by_one(batch).await?;
                }
            }
        }
        Ok(())
    }

    async fn one_by_one(&self, mut events: &[&Incoming]) -> Result<(), DbErr> {
        while let [event, rest @ ..] = events {
            match self.together(&[event]).await {
                Ok(()) => {}
                Err(Undone::Database(error)) => return Err(error),
                Err(Undone::Failed(failure)) => {
                    let slow = is_timeout(&failure);
                    self.park(event, failure).await?;
                    // Should the rest take as long each, other handlers would wait for all of it.
                    if slow {
                        return self.leave_to_retries(rest).await;
                    }
                }
            }
            events = rest;
        }
        Ok(())
    }

    /// Parks `events` untried: they are due at once, and nobody but their keys waits for them.
    async fn leave_to_retries(&self, events: &[&Incoming]) -> Result<(), DbErr> {
        let now = self.clock.now();
        let transaction = self.database.begin().await?;
        let new = self.note_new(&transaction, events, now).await?;
        let blocked = self.blocked(&transaction, &new).await?;
        self.park_behind(&transaction, &new, &blocked, now).await?;
        transaction.brings(Work::Events);
        transaction.commit().await
    }

    /// All of `events` in one transaction, or none of them.
    async fn together(&self, events: &[&Incoming]) -> Result<(), Undone> {
        let transaction = self.database.begin().await?;
        match self.handle_all(&transaction, events).await {
            Ok(handled) => {
                transaction.commit().await?;
                for event in handled {
                    log_handled(&self.handler, event);
                }
                Ok(())
            }
            Err(undone) => {
                self.roll_back(transaction).await;
                Err(undone)
            }
        }
    }

    /// Handles those of `events` that are new here, and answers them; those whose key waits for one
    /// before them wait too.
    async fn handle_all<'e>(
        &self,
        transaction: &Transaction,
        events: &[&'e Incoming],
    ) -> Result<Vec<&'e Incoming>, Undone> {
        let now = self.clock.now();
        let new = self.note_new(transaction, events, now).await?;
        let blocked = self.blocked(transaction, &new).await?;
        let (waiting, free): (Vec<&Incoming>, Vec<&Incoming>) = new
            .into_iter()
            .partition(|event| blocked.contains_key(&event.key));
        self.park_behind(transaction, &waiting, &blocked, now)
            .await?;
        attempt_all(transaction, &self.handler, &free).await?;
        Ok(free)
    }

    /// Notes `events` as received, and answers those that were not before, in order.
    async fn note_new<'e>(
        &self,
        transaction: &Transaction,
        events: &[&'e Incoming],
        now: DateTime<Utc>,
    ) -> Result<Vec<&'e Incoming>, DbErr> {
        let ids = events.iter().map(|event| event.id.as_uuid()).collect();
        let new = inbox::receive(transaction, self.handler.name(), ids, now).await?;
        let mut new: HashSet<Uuid> = new.iter().map(EventId::as_uuid).collect();
        // An event that stands twice in a batch is new once.
        let first = events
            .iter()
            .filter(|event| new.remove(&event.id.as_uuid()));
        Ok(first.copied().collect())
    }

    /// The keys of `events` that wait for a parked one, and until when.
    async fn blocked(
        &self,
        transaction: &Transaction,
        events: &[&Incoming],
    ) -> Result<HashMap<Uuid, DateTime<Utc>>, DbErr> {
        if events.is_empty() {
            return Ok(HashMap::new());
        }
        let keys: HashSet<Uuid> = events.iter().map(|event| event.key).collect();
        parked::blocked(transaction, self.handler.name(), keys.into_iter().collect()).await
    }

    async fn park_behind(
        &self,
        transaction: &Transaction,
        events: &[&Incoming],
        blocked: &HashMap<Uuid, DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        let rows = events.iter().map(|event| {
            let until = blocked.get(&event.key).copied().unwrap_or(now);
            Parking::behind(until).row(&self.handler, event, now)
        });
        parked::insert(transaction, rows.collect()).await
    }

    pub(super) async fn roll_back(&self, transaction: Transaction) {
        if let Err(error) = transaction.rollback().await {
            let error = &error as &(dyn Error + 'static);
            tracing::warn!(handler = self.handler.name(), error, "rollback_failed");
        }
    }
}
