//! What clients send and receive. Limits stand here once: they validate and they document.

mod project;
mod task;

pub use project::{
    ProjectCreate, ProjectFilters, ProjectReplace, ProjectResponse, ProjectSort, ProjectUpdate,
};
pub use task::{
    TaskCreate, TaskDetail, TaskFilters, TaskReplace, TaskResponse, TaskSort, TaskUpdate,
};
