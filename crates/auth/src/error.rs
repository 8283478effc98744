//! What can go wrong, for those who can act on it.

use std::time::Duration;

use ashlar_core::{
    database::violated_constraint,
    offload::OffloadError,
    problem::{Code, FieldError, Problem, Unexpected},
};
use sea_orm::DbErr;
use thiserror::Error;

use crate::{model::InvalidPassword, password::PasswordError, repository};

/// What a client that met too many sign-ins at once should wait.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Why auth did not do what it was asked to.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AuthError {
    /// There is no such user, or they are none of the caller's business.
    #[error("user not found")]
    NotFound,
    /// The caller may not change this of a user whom they may see.
    #[error("insufficient permissions")]
    Forbidden,
    /// Another user has this address.
    #[error("the e-mail address is already registered")]
    EmailTaken,
    /// Nobody would be left to manage users.
    #[error("the last active admin must remain one")]
    LastAdmin,
    /// The user has changed since the version that the change was meant for.
    #[error("the user has changed since")]
    Changed,
    /// Address and password do not go together, or the user may not sign in.
    #[error("invalid credentials")]
    InvalidCredentials,
    /// The token in a link is not ours, used, too old, or void for another reason.
    #[error("the token is not valid, or no longer")]
    InvalidToken,
    /// The password that was chosen will not do for this user.
    #[error("the password {0}")]
    UnfitPassword(#[from] InvalidPassword),
    /// The user has a password, and it was not given.
    #[error("the current password is required")]
    PasswordRequired,
    /// What was given as the user's password is none.
    #[error("the current password is wrong")]
    WrongPassword,
    /// The user must prove once more who they are.
    #[error("proof of identity must be renewed")]
    StepUpRequired,
    /// One's own address is changed with a confirmation.
    #[error("one's own e-mail address is changed elsewhere")]
    EmailElsewhere,
    /// The address is the user's already.
    #[error("the e-mail address is the user's already")]
    SameEmail,
    /// There is nothing to confirm.
    #[error("the e-mail address is verified already")]
    AlreadyVerified,
    /// A mail was sent just now: another one may follow after this time.
    #[error("the last mail was sent a moment ago")]
    TooSoon(Duration),
    /// Too many passwords wait to be hashed.
    #[error("too many sign-ins at once")]
    Busy,
    /// Nothing that a caller could act on.
    #[error(transparent)]
    Unexpected(#[from] Unexpected),
}

impl From<DbErr> for AuthError {
    fn from(error: DbErr) -> Self {
        match violated_constraint(&error).as_deref() {
            Some(repository::users::UNIQUE_EMAIL) => Self::EmailTaken,
            _ => Self::Unexpected(error.into()),
        }
    }
}

impl From<PasswordError> for AuthError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Offload(OffloadError::Overloaded) => Self::Busy,
            error => Self::Unexpected(Unexpected::new(error)),
        }
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::NotFound => Self::not_found("User"),
            AuthError::Forbidden => Self::forbidden(),
            AuthError::EmailTaken => Self::conflict("Email already registered"),
            AuthError::LastAdmin => Self::conflict("The last active admin must remain one"),
            AuthError::Changed => Self::precondition_failed(),
            AuthError::InvalidCredentials => Self::unauthorized("Invalid credentials"),
            AuthError::InvalidToken => field("token", "is not valid, or no longer"),
            AuthError::UnfitPassword(rule) => field("password", &rule.to_string()),
            AuthError::PasswordRequired => field("current_password", "is required"),
            AuthError::WrongPassword => field("current_password", "is not your password"),
            AuthError::StepUpRequired => {
                Self::new(Code::StepUpRequired, "Prove once more who you are")
            }
            AuthError::EmailElsewhere => {
                field("email", "is changed at POST /api/v1/auth/change-email")
            }
            AuthError::SameEmail => field("email", "is your address already"),
            AuthError::AlreadyVerified => Self::conflict("Email already verified"),
            AuthError::TooSoon(wait) => {
                let message = "A mail was sent a moment ago";
                Self::new(Code::TooManyRequests, message).retry_after(wait)
            }
            AuthError::Busy => {
                Self::unavailable("Too many sign-ins at once").retry_after(RETRY_AFTER)
            }
            AuthError::Unexpected(unexpected) => unexpected.into(),
        }
    }
}

/// 422 for one field of the body.
fn field(name: &str, message: &str) -> Problem {
    Problem::invalid(vec![FieldError::new(name, message)])
}
