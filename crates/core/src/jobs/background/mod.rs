//! Tasks that a user begins and asks after: `begin`, `status`, `result`. There is one of each kind
//! for a user; a [`Job`] does it, and its result is kept until it is begun anew.
//!
//! A domain has it in three steps: its job is a [`BackgroundTask`], what performs the job ends with
//! [`complete`], and [`routes`] are mounted.

mod begin;
mod routes;
mod state;
pub mod table;

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use super::Job;
use crate::{
    ids::{Id, Identified},
    problem::{Problem, Unexpected},
};

pub use begin::{begin, complete, forget};
pub use routes::{Names, routes};
pub use state::{Status, Task, result, status};

/// A job that a user begins and asks after.
pub trait BackgroundTask: Job {
    /// What kind of task it is, at most 50 characters. It never changes: results are found again by
    /// it.
    const KIND: &'static str;

    /// What comes of it.
    type Result: Serialize + DeserializeOwned + JsonSchema + 'static;
}

/// Marks the ids of background tasks.
pub enum Begun {}

impl Identified for Begun {
    const PARAMETER: &'static str = "task_id";
}

/// The id of a background task: it stays when the task is begun anew.
pub type TaskId = Id<Begun>;

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// The user never began such a task.
    #[error("the task was never begun")]
    NotFound,
    /// It is under way, or failed.
    #[error("the task is not completed, but {0:?}")]
    NotCompleted(Status),
    /// What no caller can act on.
    #[error(transparent)]
    Unexpected(#[from] Unexpected),
}

impl From<sea_orm::DbErr> for TaskError {
    fn from(error: sea_orm::DbErr) -> Self {
        Unexpected::from(error).into()
    }
}

impl From<TaskError> for Problem {
    fn from(error: TaskError) -> Self {
        match error {
            TaskError::NotFound => Self::not_found("Task"),
            TaskError::NotCompleted(Status::Failed) => {
                Self::conflict("The task failed: there is no result until it is begun again")
            }
            TaskError::NotCompleted(_) => {
                Self::conflict("The task is not completed yet: its result is not there")
            }
            TaskError::Unexpected(error) => error.into(),
        }
    }
}
