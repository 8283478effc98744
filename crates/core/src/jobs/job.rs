//! What a job is.

use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    ids::{Id, Identified},
    retry::{Failure, Retry},
};

/// Work that is done later: what it needs to know, as JSON. Who does it is its
/// [`Perform`](super::Perform).
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// `<domain>.<what it does>`, as in `notifications.send_mail`. It never changes: jobs that wait
    /// are found again by it.
    const NAME: &'static str;

    /// The version of its fields. Raise it with a change that the old JSON does not fit, and
    /// [`upgrade`](Job::upgrade) what still waits.
    const VERSION: u16 = 1;

    /// The queue that it waits in. How many jobs of a queue run at once is a setting.
    const QUEUE: &'static str = "default";

    /// How often it is tried.
    const RETRY: Retry = Retry::DEFAULT;

    /// How long one attempt may take.
    const TIMEOUT: Duration = Duration::from_secs(5 * 60);

    /// Turns the JSON of an older `version` into that of [`VERSION`](Job::VERSION). A newer one is
    /// never asked for: such a job waits for a process that knows it.
    ///
    /// # Errors
    ///
    /// When it cannot be told what the job was: it is dead then.
    fn upgrade(version: u16, fields: Value) -> Result<Value, Failure> {
        let _ = version;
        Ok(fields)
    }
}

/// Marks the ids of jobs.
pub enum Enqueued {}

impl Identified for Enqueued {
    const PARAMETER: &'static str = "job_id";
}

/// The id of a job.
pub type JobId = Id<Enqueued>;

/// What goes first in a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// When there is nothing else to do.
    Low,
    /// As it comes.
    #[default]
    Normal,
    /// Before others: somebody waits for it.
    High,
}

impl From<Priority> for i16 {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::Low => -1,
            Priority::Normal => 0,
            Priority::High => 1,
        }
    }
}
