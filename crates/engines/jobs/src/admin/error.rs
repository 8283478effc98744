//! What can go wrong with an operator's wish.

use ashlar_core::{
    jobs::table::State,
    problem::{Problem, Unexpected},
};
use sea_orm::DbErr;

/// Why a wish was not fulfilled.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// There is no such job, or it was pruned.
    #[error("job not found")]
    NotFound,
    /// A job in this state is not retried.
    #[error("the job is {}: only a failed or cancelled one can be retried", .0.as_str())]
    NotRetried(State),
    /// A job in this state is not cancelled.
    #[error("the job is {} already: it can no longer be cancelled", .0.as_str())]
    NotCancelled(State),
    /// Another unfinished job of its name has its unique key.
    #[error("another job with the same unique key is not finished yet")]
    KeyTaken,
    /// What no caller can act on.
    #[error(transparent)]
    Unexpected(#[from] Unexpected),
}

impl From<DbErr> for AdminError {
    fn from(error: DbErr) -> Self {
        Unexpected::from(error).into()
    }
}

impl From<AdminError> for Problem {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::NotFound => Self::not_found("Job"),
            AdminError::NotRetried(state) => Self::conflict(format!(
                "The job is {}: only a failed or cancelled one can be retried",
                state.as_str()
            )),
            AdminError::NotCancelled(state) => Self::conflict(format!(
                "The job is {} already: it can no longer be cancelled",
                state.as_str()
            )),
            AdminError::KeyTaken => {
                Self::conflict("Another job with the same unique key is not finished yet")
            }
            AdminError::Unexpected(error) => error.into(),
        }
    }
}
