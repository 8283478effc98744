//! Why the workers cannot be put together.

use std::io;

/// The domains' jobs and schedules do not fit together, or the system does not play along.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// Two domains perform the same job.
    #[error("the job {0} is performed twice")]
    PerformedTwice(&'static str),
    /// A schedule's job would never run.
    #[error("nobody performs {job}, the job of the schedule {schedule}")]
    NobodyPerforms {
        /// The schedule's id.
        schedule: &'static str,
        /// Its job's name.
        job: &'static str,
    },
    /// A schedule cannot be understood.
    #[error(transparent)]
    Schedule(#[from] crate::scheduler::ScheduleError),
    /// The system gives no thread.
    #[error("cannot start the threads that run jobs")]
    Threads(#[source] io::Error),
}
