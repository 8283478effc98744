//! What has to happen beside the jobs: those whose time has come, those whose worker is gone, those
//! that are long over, and schedules.

use std::{collections::HashSet, error::Error, time::Duration};

use ashlar_core::{database::Work, jobs::table::State};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use tokio::time::{Instant, sleep, timeout};

use super::{PAUSE, Worker, history, unavailable};
use crate::repository::{self, Claim, Expired, Settlement};

/// How soon after a look at the times the next may follow: every new job is a reason to look.
const CALM: Duration = Duration::from_millis(50);

/// How often to look for what is long over, and for schedules, which another process may have
/// changed.
const MINUTE: Duration = Duration::from_secs(60);

/// A claim whose lease had run out at the last look, and until when it was.
type Suspect = (Claim, Option<DateTime<Utc>>);

impl Worker {
    /// Sees to all of it for as long as it is polled.
    pub(super) async fn upkeep(&self) {
        tokio::join!(self.promote(), self.rescue(), self.prune(), self.schedule());
    }

    async fn promote(&self) {
        let database = &self.engine.database;
        let mut signal = database.signal(Work::Jobs);
        loop {
            signal.mark_unchanged();
            let wait = match self.promote_due().await {
                Ok(next) => self.time_until(next).min(self.engine.poll_interval()),
                Err(error) => {
                    unavailable(&error, "promote");
                    PAUSE
                }
            };
            // A new job may be due sooner. After a failure, too, nothing is hurried.
            let due = Instant::now() + wait;
            sleep(CALM.min(wait)).await;
            let _ = timeout(
                due.saturating_duration_since(Instant::now()),
                signal.changed(),
            )
            .await;
        }
    }

    /// Lets begin what is due, and answers when the next will be.
    pub(super) async fn promote_due(&self) -> Result<Option<DateTime<Utc>>, DbErr> {
        let database = &self.engine.database;
        while repository::promote(database, self.engine.clock.now()).await? > 0 {
            database.wake(Work::Jobs);
        }
        repository::next_due(database).await
    }

    async fn rescue(&self) {
        let mut suspects = HashSet::new();
        loop {
            suspects = match self.rescue_expired(&suspects).await {
                Ok(suspects) => suspects,
                Err(error) => {
                    unavailable(&error, "rescue");
                    HashSet::new()
                }
            };
            sleep(self.engine.settings.lease / 2).await;
        }
    }

    /// Takes jobs back from workers that gave no sign of life, and answers which are to be looked
    /// at again: only a job whose lease had run out at the last look too, and has not moved since, has
    /// lost its worker. Else the clock jumped, or the database was away, and a live worker renews it
    /// before the next; or it does all the time, and the clock here is ahead of its own.
    async fn rescue_expired(&self, suspects: &HashSet<Suspect>) -> Result<HashSet<Suspect>, DbErr> {
        let engine = &self.engine;
        let now = engine.clock.now();
        let expired = repository::expired(&engine.database, now, engine.settings.lease).await?;
        // This process may have slept; its next sign of life is about to come.
        let strange = expired
            .into_iter()
            .filter(|job| !self.live.holds(job.claim()));
        let (silent, suspects): (Vec<_>, Vec<_>) =
            strange.partition(|job| suspects.contains(&suspect(job)));
        for job in silent {
            let settlement = after_silence(&job, now);
            let (claim, lease) = (job.claim(), engine.settings.lease);
            let settled =
                repository::rescue(&engine.database, claim, settlement, now, lease).await?;
            let (id, name, attempt) = (job.id, job.name.as_str(), job.attempts);
            match settled {
                Some(State::Failed) => {
                    tracing::error!(job_id = %id, job = name, attempt, "job_dead");
                }
                Some(_) => {
                    tracing::warn!(job_id = %id, job = name, attempt, "job_rescued");
                    engine.database.wake(Work::Jobs);
                }
                None => {}
            }
        }
        Ok(suspects.iter().map(suspect).collect())
    }

    async fn prune(&self) {
        loop {
            let pause = match self.prune_once().await {
                Ok(true) => Duration::ZERO,
                Ok(false) => MINUTE,
                Err(error) => {
                    unavailable(&error, "prune");
                    MINUTE
                }
            };
            sleep(pause).await;
        }
    }

    /// Deletes some of what is long over; whether there is more.
    async fn prune_once(&self) -> Result<bool, DbErr> {
        let (engine, now) = (&self.engine, self.engine.clock.now());
        let completed = now - engine.settings.keep_completed;
        let failed = now - engine.settings.keep_failed;
        let (jobs, more) = repository::prune(&engine.database, completed, failed).await?;
        if jobs > 0 {
            tracing::debug!(jobs, "jobs_pruned");
        }
        Ok(more)
    }

    async fn schedule(&self) {
        loop {
            let wait = match self.engine.scheduler.tick().await {
                Ok(next) => self.time_until(next).min(MINUTE),
                Err(error) => {
                    let error = &error as &(dyn Error + 'static);
                    tracing::warn!(error, "schedules_unavailable");
                    PAUSE
                }
            };
            sleep(wait).await;
        }
    }

    fn time_until(&self, next: Option<DateTime<Utc>>) -> Duration {
        next.map_or(MINUTE, |next| {
            let left = next - self.engine.clock.now();
            left.to_std().unwrap_or_default()
        })
    }
}

fn suspect(job: &Expired) -> Suspect {
    (job.claim(), job.lease_until)
}

/// Back into the queue, behind those that wait there: it may be what ended its worker.
fn after_silence(job: &Expired, now: DateTime<Utc>) -> Settlement {
    let chain = ["its worker stopped answering".to_owned()];
    let errors = history::with(job.errors.as_deref(), job.attempts, &chain, now);
    let (state, run_at) = if job.attempts < job.max_attempts {
        (State::Pending, Some(now))
    } else {
        (State::Failed, None)
    };
    Settlement {
        state,
        run_at,
        errors: Some(errors),
    }
}
