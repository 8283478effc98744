//! Who does a job.

use std::{fmt, marker::PhantomData, pin::Pin, sync::Arc, time::Duration};

use serde_json::Value;

use super::{Job, Run};
use crate::retry::{Failure, Retry};

/// Does jobs of type `J`. Implemented by a domain, once for each of its jobs.
pub trait Perform<J: Job>: Send + Sync + 'static {
    /// Does `job`. It may be begun more than once: a process can die at any point. What it writes
    /// is there exactly once when it is written in one transaction together with
    /// [`Run::complete`]; without that the job is completed after it returns.
    ///
    /// When [`Run::cancelled`] says so it should return soon, whatever; it is ended anyway a little
    /// later, at its next `await`.
    fn perform(&self, job: J, run: &Run) -> impl Future<Output = Result<(), Failure>>;
}

type Performing<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + 'a>>;

/// A [`Perform`] of some type of job. Cheap to clone.
#[derive(Clone)]
pub struct Performer {
    name: &'static str,
    version: u16,
    queue: &'static str,
    retry: Retry,
    timeout: Duration,
    call: Arc<dyn Call>,
}

trait Call: Send + Sync {
    fn call<'a>(&'a self, version: u16, payload: &'a str, run: &'a Run) -> Performing<'a>;
}

struct Typed<J, P>(P, PhantomData<fn() -> J>);

impl<J: Job, P: Perform<J>> Call for Typed<J, P> {
    fn call<'a>(&'a self, version: u16, payload: &'a str, run: &'a Run) -> Performing<'a> {
        Box::pin(async move { self.0.perform(read(version, payload)?, run).await })
    }
}

/// What was enqueued, in today's version.
fn read<J: Job>(version: u16, payload: &str) -> Result<J, Failure> {
    let unreadable = |error| Failure::unreadable(J::NAME, version, error);
    if version == J::VERSION {
        return serde_json::from_str(payload).map_err(unreadable);
    }
    let fields: Value = serde_json::from_str(payload).map_err(unreadable)?;
    serde_json::from_value(J::upgrade(version, fields)?).map_err(unreadable)
}

impl Performer {
    /// What does the jobs of type `J`.
    pub(crate) fn new<J: Job>(perform: impl Perform<J>) -> Self {
        Self {
            name: J::NAME,
            version: J::VERSION,
            queue: J::QUEUE,
            retry: J::RETRY,
            timeout: J::TIMEOUT,
            call: Arc::new(Typed(perform, PhantomData)),
        }
    }

    /// [`Job::NAME`].
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// [`Job::VERSION`]: the newest that it can read.
    pub fn version(&self) -> u16 {
        self.version
    }

    /// [`Job::QUEUE`].
    pub fn queue(&self) -> &'static str {
        self.queue
    }

    /// [`Job::RETRY`].
    pub fn retry(&self) -> Retry {
        self.retry
    }

    /// [`Job::TIMEOUT`].
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Does one job. The timeout and panics are the caller's to watch.
    pub fn call<'a>(&'a self, version: u16, payload: &'a str, run: &'a Run) -> Performing<'a> {
        self.call.call(version, payload, run)
    }
}

impl fmt::Debug for Performer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Performer").field(&self.name).finish()
    }
}
