//! Jobs that are done, written down many at a time.

use std::time::Duration;

use tokio::{
    sync::{Mutex, mpsc, watch},
    time::{Instant, sleep},
};

use super::{PAUSE, Worker, unavailable};
use crate::repository::{self, Claim};

/// How many one statement completes.
const BATCH: usize = 500;

/// How long to wait for more when there was more than one the last time.
const GATHER: Duration = Duration::from_millis(2);

/// For how long a process that stops tries to write them.
const LAST: Duration = Duration::from_secs(5);

/// What is done and not written yet.
pub(super) struct Completions {
    done: mpsc::UnboundedSender<Claim>,
    waiting: Mutex<mpsc::UnboundedReceiver<Claim>>,
}

impl Completions {
    pub(super) fn new() -> Self {
        let (done, waiting) = mpsc::unbounded_channel();
        Self {
            done,
            waiting: Mutex::new(waiting),
        }
    }

    /// Has the job of `claim` written down as completed.
    pub(super) fn add(&self, claim: Claim) {
        // The other end is in the same struct.
        let _ = self.done.send(claim);
    }
}

impl Worker {
    /// Writes them until `finished` turns true and none is left.
    pub(super) async fn write_completions(&self, mut finished: watch::Receiver<bool>) {
        let mut waiting = self.completions.waiting.lock().await;
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let is_busy = batch.len() > 1;
            batch.clear();
            tokio::select! {
                biased;
                _ = waiting.recv_many(&mut batch, BATCH) => {}
                _ = finished.wait_for(|finished| *finished) => return,
            }
            if is_busy && batch.len() < BATCH {
                sleep(GATHER).await;
                while batch.len() < BATCH
                    && let Ok(claim) = waiting.try_recv()
                {
                    batch.push(claim);
                }
            }
            self.complete(&batch, &finished).await;
        }
    }

    /// Writes those that wait here and now.
    pub(super) async fn flush(&self) {
        let mut waiting = self.completions.waiting.lock().await;
        let mut batch = Vec::new();
        while let Ok(claim) = waiting.try_recv() {
            batch.push(claim);
        }
        let (_finishing, finished) = watch::channel(true);
        self.complete(&batch, &finished).await;
    }

    /// Completes the jobs of `batch`. While the database does not answer it insists; when the
    /// process is to stop, not for long: the leases run out then, and the jobs run again.
    async fn complete(&self, batch: &[Claim], finished: &watch::Receiver<bool>) {
        if batch.is_empty() {
            return;
        }
        let mut last: Option<Instant> = None;
        loop {
            let now = self.engine.clock.now();
            match repository::complete(&self.engine.database, batch, now).await {
                Ok(completed) => {
                    if completed.len() < batch.len() {
                        batch
                            .iter()
                            .filter(|claim| !completed.contains(&claim.id))
                            .for_each(|claim| tracing::warn!(job_id = %claim.id, "job_lost"));
                    }
                    break;
                }
                Err(error) => unavailable(&error, "complete"),
            }
            if *finished.borrow() && last.get_or_insert_with(Instant::now).elapsed() > LAST {
                break;
            }
            sleep(PAUSE).await;
        }
        batch.iter().for_each(|&claim| self.live.release(claim));
    }
}
