//! What follows from how an attempt ended.

use std::{error::Error, sync::Arc, time::Duration};

use ashlar_core::{
    database::Work,
    jobs::table::State,
    retry::{Again, Failure},
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DbErr;
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

use super::{
    PAUSE, Worker,
    attempt::{Attempt, Outcome},
    history,
    live::Order,
    unavailable,
};
use crate::repository::{self, Claim, Settlement};

/// The longest a job can ask to be left alone.
const LONGEST: TimeDelta = TimeDelta::days(365);

impl Worker {
    /// Runs one attempt and sees to what follows. Answers the claim if the job is to be handed
    /// back; it is held until then.
    pub(super) async fn attempt(
        &self,
        attempt: Arc<Attempt>,
        orders: watch::Receiver<Order>,
    ) -> Option<Claim> {
        let (id, name) = (attempt.claimed.id, attempt.claimed.name.as_str());
        let number = attempt.run.attempt();
        tracing::debug!(job_id = %id, job = name, attempt = number, "job_started");
        let begun = Instant::now();
        let outcome = attempt.perform(&self.engine.threads, orders).await;
        let claim = attempt.claim();
        let duration_ms = milliseconds(begun.elapsed());
        match outcome {
            Outcome::Done | Outcome::Completed => {
                // Not worth a line each at thousands a second; the table has them all.
                tracing::debug!(job_id = %id, job = name, attempt = number, duration_ms, "job_completed");
                if matches!(outcome, Outcome::Done) {
                    self.completions.add(claim);
                    return None;
                }
            }
            Outcome::Failed(failure) => self.failed(&attempt, &failure, duration_ms).await,
            Outcome::Cancelled => self.cancelled(&attempt, duration_ms).await,
            Outcome::Unfinished => return Some(claim),
            Outcome::Lost => lost(&attempt),
        }
        self.live.release(claim);
        None
    }

    async fn failed(&self, attempt: &Attempt, failure: &Failure, duration_ms: u64) {
        let claim = attempt.claim();
        let settled = self
            .insisting(|| async move {
                let now = self.engine.clock.now();
                let errors = repository::errors(&self.engine.database, claim).await?;
                let number = attempt.claimed.attempts;
                let errors = history::with(errors.as_deref(), number, &failure.chain(), now);
                let settlement = after_failure(attempt, failure, errors, now);
                repository::settle(&self.engine.database, claim, settlement, now).await
            })
            .await;
        let error = failure.error() as &(dyn Error + 'static);
        let (id, name) = (attempt.claimed.id, attempt.claimed.name.as_str());
        let number = attempt.run.attempt();
        match settled {
            Some(State::Failed) => {
                tracing::error!(error, job_id = %id, job = name, attempt = number, duration_ms, "job_dead");
            }
            Some(State::Cancelled) => {
                tracing::info!(error, job_id = %id, job = name, attempt = number, duration_ms, "job_cancelled");
            }
            Some(_) => {
                tracing::warn!(error, job_id = %id, job = name, attempt = number, duration_ms, "job_failed");
                // So that somebody looks when its time comes.
                self.engine.database.wake(Work::Jobs);
            }
            // It was committed after all that it completed itself.
            None if attempt.run.is_completed() => {}
            None => lost(attempt),
        }
    }

    async fn cancelled(&self, attempt: &Attempt, duration_ms: u64) {
        let claim = attempt.claim();
        let settled = self
            .insisting(|| async move {
                let settlement = Settlement {
                    state: State::Cancelled,
                    run_at: None,
                    errors: None,
                };
                let now = self.engine.clock.now();
                repository::settle(&self.engine.database, claim, settlement, now).await
            })
            .await;
        let (id, name) = (attempt.claimed.id, attempt.claimed.name.as_str());
        match settled {
            Some(_) => tracing::info!(job_id = %id, job = name, duration_ms, "job_cancelled"),
            None if attempt.run.is_completed() => {}
            None => lost(attempt),
        }
    }

    /// What `write` answers, once the database can answer at all.
    async fn insisting<T, F: Future<Output = Result<T, DbErr>>>(&self, write: impl Fn() -> F) -> T {
        loop {
            match write().await {
                Ok(answer) => return answer,
                Err(error) => unavailable(&error, "settle"),
            }
            sleep(PAUSE).await;
        }
    }
}

/// Another attempt if there may be one, else the end.
fn after_failure(
    attempt: &Attempt,
    failure: &Failure,
    errors: String,
    now: DateTime<Utc>,
) -> Settlement {
    let retry = attempt.performer.retry().wait(attempt.run.attempt());
    let wait = match failure.again() {
        Again::Yes => Some(retry),
        Again::After(least) => Some(retry.max(least)),
        Again::No => None,
    };
    let wait = wait.filter(|_| !attempt.run.is_last());
    let (state, run_at) = match wait {
        None => (State::Failed, None),
        Some(Duration::ZERO) => (State::Pending, Some(now)),
        Some(wait) => {
            let wait = TimeDelta::from_std(wait).unwrap_or(LONGEST).min(LONGEST);
            (State::Scheduled, Some(now + wait))
        }
    };
    Settlement {
        state,
        run_at,
        errors: Some(errors),
    }
}

fn lost(attempt: &Attempt) {
    let (id, name) = (attempt.claimed.id, attempt.claimed.name.as_str());
    let number = attempt.run.attempt();
    tracing::warn!(job_id = %id, job = name, attempt = number, "job_lost");
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
