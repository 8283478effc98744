//! Tries parked events again when they are due.

use std::{collections::HashSet, error::Error, time::Duration};

use ashlar_core::{
    clock::Clock,
    database::{Database, Work},
    threads::Threads,
};
use futures_util::{StreamExt, stream::FuturesUnordered};
use sea_orm::DbErr;
use tokio::sync::watch;

use crate::consumers::{Due, DueKey, Groups};

/// Signals that follow each other are one reason to look.
const GATHER: Duration = Duration::from_millis(500);

/// How long to wait after an error.
const REST: Duration = Duration::from_secs(1);

/// Tries parked events again. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Retries {
    pub(crate) groups: Groups,
    pub(crate) database: Database,
    pub(crate) clock: Clock,
}

impl Retries {
    /// Tries what is due, when it is, until `stopping` says true; then what is under way is
    /// finished. `workers` keys are tried at once, on `threads`.
    pub(crate) async fn run(
        &self,
        threads: &Threads,
        workers: usize,
        poll: Duration,
        mut stopping: watch::Receiver<bool>,
    ) {
        let mut signal = self.database.signal(Work::Events);
        let mut trying = FuturesUnordered::new();
        let mut begun: HashSet<DueKey> = HashSet::new();
        while !*stopping.borrow() {
            signal.mark_unchanged();
            let wait = match self.to_try(workers, &begun).await {
                Ok(due) => {
                    begun.extend(due.iter().map(Due::name));
                    trying.extend(due.into_iter().map(|due| try_on(threads, due)));
                    self.until_next(poll).await.unwrap_or(REST)
                }
                Err(error) => {
                    log(&error);
                    REST
                }
            };
            tokio::select! {
                Some((key, outcome)) = trying.next() => {
                    begun.remove(&key);
                    if is_in_vain(outcome) {
                        tokio::time::sleep(REST).await;
                    }
                }
                () = tokio::time::sleep(wait) => {}
                // An event was parked or replayed; or published, of which there may be many.
                () = async {
                    tokio::time::sleep(GATHER).await;
                    // Its sender lives as long as the database.
                    let _ = signal.changed().await;
                } => {}
                _ = stopping.changed() => {}
            }
        }
        while let Some((_, outcome)) = trying.next().await {
            is_in_vain(outcome);
        }
    }

    /// Tries everything that is due by the clock, here and now; answers how many attempts were made.
    pub(crate) async fn drain(&self) -> Result<usize, DbErr> {
        let mut attempts = 0;
        for due in self.groups.due(u64::from(u16::MAX)).await? {
            attempts += due.retry().await?;
        }
        Ok(attempts)
    }

    /// What is due and not `begun`, as much as may be tried with that.
    async fn to_try(&self, workers: usize, begun: &HashSet<DueKey>) -> Result<Vec<Due>, DbErr> {
        let free = workers.saturating_sub(begun.len());
        if free == 0 {
            return Ok(Vec::new());
        }
        // What is begun is due until it has ended.
        let due = self.groups.due(workers as u64).await?.into_iter();
        let new = due.filter(|due| !begun.contains(&due.name()));
        Ok(new.take(free).collect())
    }

    async fn until_next(&self, poll: Duration) -> Result<Duration, DbErr> {
        let next = self.groups.next_due().await?;
        let wait = next.map(|next| (next - self.clock.now()).to_std().unwrap_or_default());
        Ok(wait.map_or(poll, |wait| wait.min(poll)))
    }
}

/// Tries on one of `threads`: what handlers do need not be `Send`.
async fn try_on(threads: &Threads, due: Due) -> (DueKey, Result<usize, DbErr>) {
    let key = due.name();
    let tried = threads.run(move || async move { due.retry().await }).await;
    (
        key,
        tried.unwrap_or_else(|cut| Err(DbErr::Custom(cut.to_string()))),
    )
}

/// Whether nothing was tried: the database is away, or another process is at it.
fn is_in_vain(outcome: Result<usize, DbErr>) -> bool {
    match outcome {
        Ok(attempts) => attempts == 0,
        Err(error) => {
            log(&error);
            true
        }
    }
}

fn log(error: &DbErr) {
    let error = error as &(dyn Error + 'static);
    tracing::warn!(error, "retries_interrupted");
}
