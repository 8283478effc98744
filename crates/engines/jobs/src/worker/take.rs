//! Taking jobs from the queue, and giving them back.

use std::sync::Arc;

use ashlar_core::{context, database::Work};
use chrono::TimeDelta;
use sea_orm::DbErr;
use tokio::{sync::watch, time::Instant};

use super::{
    Worker,
    attempt::{Attempt, can_read},
    live::Order,
    unavailable,
};
use crate::repository::{self, Claim};

/// When a job that nobody here knows is looked at again.
const UNKNOWN: TimeDelta = TimeDelta::seconds(10);

/// An attempt that may begin as soon as there is a place for it.
pub(super) struct Waiting {
    pub(super) attempt: Arc<Attempt>,
    pub(super) orders: watch::Receiver<Order>,
    pub(super) since: Instant,
}

/// What came of asking for jobs.
pub(super) struct Taken {
    /// How many there were.
    pub(super) claimed: usize,
    /// Those that can be run here.
    pub(super) attempts: Vec<Waiting>,
}

impl Worker {
    /// Claims up to `limit` jobs of `queue`, and holds those that can be run here.
    pub(super) async fn claim(&self, queue: &str, limit: usize) -> Result<Taken, DbErr> {
        let engine = &self.engine;
        let now = engine.clock.now();
        let lease = engine.settings.lease;
        let rows =
            repository::claim(&engine.database, queue, limit, &self.name, now, lease).await?;
        let claimed = rows.len();
        let mut attempts = Vec::with_capacity(claimed);
        let mut unknown = Vec::new();
        let since = Instant::now();
        for row in rows {
            let performer = engine.performers.get(row.name.as_str());
            if let Some(performer) = performer.filter(|performer| can_read(performer, &row)) {
                let (attempt, control) = Attempt::new(row, performer);
                let orders = self.live.hold(attempt.claim(), control);
                attempts.push(Waiting {
                    attempt,
                    orders,
                    since,
                });
            } else {
                let (id, name, version) = (row.id, row.name.as_str(), row.version);
                tracing::warn!(job_id = %id, job = name, version, "job_unknown");
                unknown.push(row.claim());
            }
        }
        if !unknown.is_empty() {
            // A process that knows them may take them sooner than this one comes across them again.
            let later = Some(now + UNKNOWN);
            if let Err(error) = repository::hand_back(&engine.database, &unknown, later, now).await
            {
                unavailable(&error, "hand_back");
            }
        }
        Ok(Taken { claimed, attempts })
    }

    /// Gives jobs back that are held here, for others to take.
    pub(super) async fn hand_back(&self, claims: &[Claim]) -> Result<(), DbErr> {
        if claims.is_empty() {
            return Ok(());
        }
        let engine = &self.engine;
        let now = engine.clock.now();
        // Whatever the database says, they are held no longer: in the end their leases run out.
        claims.iter().for_each(|&claim| self.live.release(claim));
        let back = repository::hand_back(&engine.database, claims, None, now).await?;
        tracing::info!(jobs = back.len(), "jobs_handed_back");
        engine.database.wake(Work::Jobs);
        Ok(())
    }

    /// Takes one job of `queue` and runs it. Whether it took one, and whether it ran.
    pub(super) async fn one(&self, queue: &str) -> Result<Option<bool>, DbErr> {
        let Taken { claimed, attempts } = self.claim(queue, 1).await?;
        let runs = !attempts.is_empty();
        for Waiting {
            attempt, orders, ..
        } in attempts
        {
            let context = Arc::clone(&attempt.context);
            context::scope(context, self.attempt(attempt, orders)).await;
            self.flush().await;
        }
        Ok((claimed > 0).then_some(runs))
    }
}
