//! Work that is done later: jobs. They are enqueued in the transaction of the change that asks for
//! them, so that a job exists if and only if the change does.

mod job;
mod enqueue;
mod perform;
mod run;
mod schedule;
pub mod background;
pub mod table;

pub use enqueue::{Enqueue, LARGEST, enqueue, enqueue_all};
pub use job::{Enqueued, Job, JobId, Priority};
pub use perform::{Perform, Performer};
pub use run::{Control, Lost, Progress, Run};
pub use schedule::{CatchUp, Schedule};
