//! Parked events, tried again: the first of each key, and what waits behind it once that is done.

use ashlar_core::{database::Transaction, events::Incoming};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use uuid::Uuid;

use super::{
    Consumer, Groups,
    attempt::{attempt_all, log_handled},
    batch::{BATCH, Undone},
};
use crate::{entity::parked::Model, repository::parked};

/// How many transactions a key may have before others have their turn.
const ROUNDS: usize = 100;

/// A handler and a key whose first parked event is due.
pub(crate) struct Due {
    consumer: Consumer,
    key: Uuid,
}

/// What tells a [`Due`] from others.
pub(crate) type DueKey = (&'static str, Uuid);

impl Groups {
    /// Up to `limit` keys that are due now.
    pub(crate) async fn due(&self, limit: u64) -> Result<Vec<Due>, DbErr> {
        let now = self.clock.now();
        let rows = parked::due(&self.database, &self.names(), now, limit).await?;
        let due = rows.into_iter().filter_map(|(handler, key)| {
            let consumer = self
                .consumers()
                .find(|consumer| consumer.handler.name() == handler)?;
            Some(Due {
                consumer: consumer.clone(),
                key,
            })
        });
        Ok(due.collect())
    }

    /// When the next key is due that is not due yet.
    pub(crate) async fn next_due(&self) -> Result<Option<DateTime<Utc>>, DbErr> {
        parked::next_due(&self.database, &self.names(), self.clock.now()).await
    }

    fn names(&self) -> Vec<&'static str> {
        self.consumers()
            .map(|consumer| consumer.handler.name())
            .collect()
    }
}

impl Due {
    /// What tells it from others.
    pub(crate) fn name(&self) -> DueKey {
        (self.consumer.handler.name(), self.key)
    }

    /// Tries the key's parked events, in order, until one fails, none is left, or others should have
    /// their turn; answers how many attempts came to an end: none when somebody else is at it.
    pub(crate) async fn retry(&self) -> Result<usize, DbErr> {
        let mut attempts = 0;
        // The first alone, since it failed before; what waited for it, many at once.
        let mut more = 0;
        let mut split = false;
        for _ in 0..ROUNDS {
            let (tried, outcome) = self.together(more).await?;
            match outcome {
                Ok(()) if tried.is_empty() => return Ok(attempts),
                Ok(()) => {
                    attempts += tried.len();
                    more = if split { 0 } else { BATCH as u64 - 1 };
                }
                Err(Undone::Database(error)) => return Err(error),
                // One of them: each alone from here on.
                Err(Undone::Failed(_)) if tried.len() > 1 => {
                    split = true;
                    more = 0;
                }
                Err(Undone::Failed(failure)) => {
                    self.consumer.park_again(&tried[0], failure).await?;
                    return Ok(attempts + 1);
                }
            }
        }
        Ok(attempts)
    }

    /// Handles the first parked event and up to `more` behind it in one transaction, or none.
    async fn together(&self, more: u64) -> Result<(Vec<Model>, Result<(), Undone>), DbErr> {
        let consumer = &self.consumer;
        let now = consumer.clock.now();
        let transaction = consumer.database.begin().await?;
        let handler = consumer.handler.name();
        let rows = parked::take(&transaction, handler, self.key, more, now).await?;
        let events: Vec<Incoming> = rows.iter().map(Model::incoming).collect();
        match self.handle_all(&transaction, &rows, &events).await {
            Ok(()) => {
                transaction.commit().await?;
                for event in &events {
                    log_handled(&consumer.handler, event);
                }
                Ok((rows, Ok(())))
            }
            Err(undone) => {
                consumer.roll_back(transaction).await;
                Ok((rows, Err(undone)))
            }
        }
    }

    async fn handle_all(
        &self,
        transaction: &Transaction,
        rows: &[Model],
        events: &[Incoming],
    ) -> Result<(), Undone> {
        if rows.is_empty() {
            return Ok(());
        }
        let events: Vec<&Incoming> = events.iter().collect();
        attempt_all(transaction, &self.consumer.handler, &events).await?;
        let positions = rows.iter().map(|row| row.position).collect();
        parked::delete(transaction, positions).await?;
        Ok(())
    }
}
