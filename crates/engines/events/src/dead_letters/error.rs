//! What can go wrong with dead letters, as far as a caller can act on it.

use ashlar_core::problem::{Problem, Unexpected};
use sea_orm::DbErr;

/// Why a use case failed.
#[derive(Debug, thiserror::Error)]
pub enum DeadLetterError {
    /// There is no such dead letter (any more): it was discarded, or is tried again.
    #[error("dead letter not found")]
    NotFound,
    /// What no caller can act on.
    #[error(transparent)]
    Unexpected(#[from] Unexpected),
}

impl From<DbErr> for DeadLetterError {
    fn from(error: DbErr) -> Self {
        Unexpected::from(error).into()
    }
}

impl From<DeadLetterError> for Problem {
    fn from(error: DeadLetterError) -> Self {
        match error {
            DeadLetterError::NotFound => Self::not_found("Dead letter"),
            DeadLetterError::Unexpected(error) => error.into(),
        }
    }
}
