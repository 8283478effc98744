//! Heavy computing off the async threads, bounded: hashing a password or building a report would
//! else stall every request of its worker, and an unbounded pool would let a burst of sign-ins
//! starve all else.

mod threads;

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use thiserror::Error;
use tokio::sync::{AcquireError, Semaphore, oneshot};
use tracing::Span;

use self::threads::{Priority, Threads, WhenIdle};
use crate::context;

/// A bounded pool for work that keeps a thread busy, on threads of its own. Clones share the bounds.
#[derive(Clone, Debug)]
pub struct Offload {
    /// One permit for everything inside, running or waiting.
    admitted: Arc<Semaphore>,
    /// One permit for each piece of work that runs.
    running: Arc<Semaphore>,
    threads: Threads,
}

/// How long a thread waits for work before it gives back what it keeps.
const IDLE: Duration = Duration::from_secs(1);

/// Why offloaded work has no result.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OffloadError {
    /// As many as may wait do so already; the caller answers 503 and the client tries later.
    #[error("too much work is waiting for a processor")]
    Overloaded,
    /// The work panicked; the panic hook has logged where.
    #[error("the work panicked: {0}")]
    Panicked(String),
    /// There is no thread to do the work: the system refused them.
    #[error("there is no thread to do the work")]
    Stopped,
}

impl Offload {
    /// A pool that runs at most `max_running` at once (at least one) and lets `max_queued` wait.
    pub fn new(max_running: usize, max_queued: usize) -> Self {
        Self::with_priority(Priority::Equal, max_running, max_queued, || {})
    }

    /// A pool for computing: one piece of work for each core, and `max_queued` wait. On Linux the threads that answer requests go
    /// first, so that these wait for a busy pool hardly longer than for an idle one. A thread that has had nothing to do for
    /// a second calls `when_idle`, to give back what it keeps from one piece of work to the next.
    pub fn per_core(max_queued: usize, when_idle: fn()) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::with_priority(Priority::Low, cores, max_queued, when_idle)
    }

    fn with_priority(
        priority: Priority,
        max_running: usize,
        max_queued: usize,
        when_idle: fn(),
    ) -> Self {
        let when_idle = WhenIdle {
            after: IDLE,
            call: when_idle,
        };
        let max_running = max_running.clamp(1, Semaphore::MAX_PERMITS / 2);
        let max_queued = max_queued.min(Semaphore::MAX_PERMITS / 2);
        Self {
            admitted: Arc::new(Semaphore::new(max_running + max_queued)),
            running: Arc::new(Semaphore::new(max_running)),
            threads: Threads::start(max_running, priority, when_idle),
        }
    }

    /// Runs `work` on a thread of the pool, within the current request's context and span.
    ///
    /// Work whose caller is dropped while it waits (the client has gone) leaves the queue and is
    /// never started. Work that has started runs to its end and keeps its place until then.
    ///
    /// # Errors
    /// [`OffloadError::Overloaded`] at once when the queue is full, [`OffloadError::Panicked`]
    /// when `work` panics, [`OffloadError::Stopped`] when there is no thread to run it.
    pub async fn run<T, F>(&self, work: F) -> Result<T, OffloadError>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let admitted = Arc::clone(&self.admitted)
            .try_acquire_owned()
            .map_err(|_full| OffloadError::Overloaded)?;
        let running = Arc::clone(&self.running).acquire_owned().await?;
        let work = in_current_context(work);
        let (tell, told) = oneshot::channel();
        let is_taken = self.threads.run(move || {
            // The permits live here, not in the caller's future: a caller that goes away does not
            // make room for more work than there are processors.
            let permits = (admitted, running);
            let outcome = catch_unwind(AssertUnwindSafe(work));
            drop(permits);
            // Nobody waits for it when the caller has gone.
            let _ = tell.send(outcome);
        });
        if !is_taken {
            return Err(OffloadError::Stopped);
        }
        match told.await.map_err(|_gone| OffloadError::Stopped)? {
            Ok(result) => Ok(result),
            Err(payload) => Err(OffloadError::Panicked(panic_message(payload.as_ref()))),
        }
    }
}

/// Nothing closes the semaphores before they are dropped.
impl From<AcquireError> for OffloadError {
    fn from(_: AcquireError) -> Self {
        Self::Stopped
    }
}

fn in_current_context<T>(work: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let context = context::current();
    let span = Span::current();
    move || {
        span.in_scope(|| match context {
            Some(context) => context::sync_scope(context, work),
            None => work(),
        })
    }
}

/// The text that a panic carries, if it carries one.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message").to_owned()
}

#[cfg(test)]
mod tests;
