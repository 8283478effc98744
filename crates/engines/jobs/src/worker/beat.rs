//! Signs of life: leases are renewed and progress is written, and what was taken away or is to be
//! cancelled is found out. It runs on the engine's own task, never on a thread that a job can block.

use std::time::Duration;

use ashlar_core::database::Work;
use sea_orm::DbErr;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use super::{Worker, live::Order, unavailable};
use crate::repository;

/// How often progress is written and cancellations are looked for, when nobody tells of one.
const LOOK: Duration = Duration::from_secs(1);

/// How soon after a look the next may follow: every new job is a reason to look.
const CALM: Duration = Duration::from_millis(200);

impl Worker {
    /// Does so for as long as it is polled.
    pub(super) async fn beat(&self) {
        let every = self.engine.settings.lease / 3;
        let mut signal = self.engine.database.signal(Work::Jobs);
        let mut looks = interval(LOOK.min(every / 4));
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut renewed = Instant::now();
        loop {
            tokio::select! {
                _ = looks.tick() => {}
                // The signal is the database's own, which is held here.
                _ = signal.changed() => sleep(CALM).await,
            }
            signal.mark_unchanged();
            // An answer that does not come must not keep the next sign of life waiting.
            if renewed.elapsed() >= every {
                renewed = Instant::now();
                self.told(timeout(every, self.renew()).await, "renew");
            }
            self.told(timeout(every, self.look()).await, "look");
        }
    }

    fn told<E>(&self, outcome: Result<Result<(), DbErr>, E>, doing: &'static str) {
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(error)) => unavailable(&error, doing),
            Err(_) => tracing::warn!(doing, "queue_slow"),
        }
    }

    /// Renews every lease, and ends the attempts whose job is another's by now.
    async fn renew(&self) -> Result<(), DbErr> {
        let held = self.live.claims();
        if held.is_empty() {
            return Ok(());
        }
        let database = &self.engine.database;
        let until = self.engine.clock.now() + self.engine.settings.lease;
        let renewed = repository::renew(database, &held, until).await?;
        let missing: Vec<_> = held
            .into_iter()
            .filter(|claim| !renewed.contains(&claim.id))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        // Locked, and so being completed, or completed by now: that is not lost.
        let still = repository::held(database, &missing).await?;
        missing
            .into_iter()
            .filter(|claim| !still.contains(&claim.id))
            .for_each(|claim| self.live.order(claim, Order::Lost));
        Ok(())
    }

    /// Writes what jobs reported, and tells those that are to be cancelled.
    async fn look(&self) -> Result<(), DbErr> {
        let database = &self.engine.database;
        for (claim, progress) in self.live.reports() {
            repository::report(database, claim, progress).await?;
        }
        let held = self.live.claims();
        if held.is_empty() {
            return Ok(());
        }
        let wanted = repository::cancel_requested(database, &held).await?;
        held.into_iter()
            .filter(|claim| wanted.contains(&claim.id))
            .for_each(|claim| self.live.order(claim, Order::Cancel));
        Ok(())
    }
}
