//! What projects and tasks are made of: ids and value types, without any I/O.

mod task;

use ashlar_core::ids::{Id, Identified};

pub use task::{Priority, Status, Task, TaskId};

/// Marks the ids of projects.
pub enum Project {}

impl Identified for Project {
    const PARAMETER: &'static str = "project_id";
}

/// The id of a project.
pub type ProjectId = Id<Project>;
