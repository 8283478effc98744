//! What can go wrong with projects and tasks, as far as a caller can act on it.

use ashlar_core::{
    client::UpstreamError,
    problem::{FieldError, Problem, Unexpected},
};
use sea_orm::DbErr;

/// Why a use case failed.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// There is no such project, or it is somebody else's.
    #[error("project not found")]
    ProjectNotFound,
    /// There is no such task, or its project is somebody else's.
    #[error("task not found")]
    TaskNotFound,
    /// The owner has a project with this slug.
    #[error("slug already taken")]
    SlugTaken,
    /// The assignee is no registered user.
    #[error("unknown assignee")]
    UnknownAssignee,
    /// The version that the change was meant for is not the current one.
    #[error("changed in the meantime")]
    Stale,
    /// The external tracker failed.
    #[error("the task tracker failed")]
    Tracker(#[from] UpstreamError),
    /// What no caller can act on.
    #[error(transparent)]
    Unexpected(#[from] Unexpected),
}

impl From<DbErr> for ProjectError {
    fn from(error: DbErr) -> Self {
        Unexpected::from(error).into()
    }
}

impl From<ProjectError> for Problem {
    fn from(error: ProjectError) -> Self {
        match error {
            ProjectError::ProjectNotFound => Self::not_found("Project"),
            ProjectError::TaskNotFound => Self::not_found("Task"),
            ProjectError::SlugTaken => Self::conflict("Slug already taken")
                .with_field(FieldError::new("slug", "is the slug of another project")),
            ProjectError::UnknownAssignee => Self::invalid(vec![FieldError::new(
                "assignee_id",
                "must be a registered user",
            )]),
            ProjectError::Stale => Self::precondition_failed(),
            ProjectError::Tracker(error) => error.into(),
            ProjectError::Unexpected(error) => error.into(),
        }
    }
}
