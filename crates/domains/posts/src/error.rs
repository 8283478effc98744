//! What can go wrong with posts, as far as a caller can act on it.

use ashlar_core::problem::{FieldError, Problem, Unexpected};
use sea_orm::DbErr;

/// Why a use case failed.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// There is no such post, or it is somebody else's draft.
    #[error("post not found")]
    NotFound,
    /// It is somebody else's post.
    #[error("the post is somebody else's")]
    NotTheAuthor,
    /// A post has this title already.
    #[error("title already taken")]
    TitleTaken,
    /// The version that the change was meant for is not the current one.
    #[error("changed in the meantime")]
    Stale,
    /// What no caller can act on.
    #[error(transparent)]
    Unexpected(#[from] Unexpected),
}

impl From<DbErr> for PostError {
    fn from(error: DbErr) -> Self {
        Unexpected::from(error).into()
    }
}

impl From<PostError> for Problem {
    fn from(error: PostError) -> Self {
        match error {
            PostError::NotFound => Self::not_found("Post"),
            PostError::NotTheAuthor => Self::forbidden(),
            PostError::TitleTaken => Self::conflict("Post with this title already exists")
                .with_field(FieldError::new("title", "is the title of another post")),
            PostError::Stale => Self::precondition_failed(),
            PostError::Unexpected(error) => error.into(),
        }
    }
}
