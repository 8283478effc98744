//! What can go wrong, for those who can act on it.

use std::time::Duration;

use ashlar_core::{
    database::violated_constraint,
    offload::OffloadError,
    problem::{FieldError, Problem, Unexpected},
};
use sea_orm::DbErr;
use thiserror::Error;

use crate::{password::PasswordError, repository};

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
    /// Too many passwords wait to be hashed.
    #[error("too many sign-ins at once")]
    Busy,
    /// There is no such provider.
    #[error("provider not found")]
    UnknownProvider,
    /// Browsers are not sent to that address.
    #[error("the browser may not be sent there")]
    RedirectRefused,
    /// Nobody is on a visit to the provider with this state in this browser.
    #[error("there is no visit to the provider that this belongs to")]
    UnknownVisit,
    /// The one-time code is not good: unknown, used, over, or another browser's.
    #[error("invalid or expired code")]
    InvalidCode,
    /// The user has no such link.
    #[error("link not found")]
    LinkNotFound,
    /// The account at the provider is linked already, or another one of the same provider is.
    #[error("the provider is linked already")]
    AlreadyLinked,
    /// The user could not sign in any more.
    #[error("the last way to sign in must remain")]
    LastWayIn,
    /// The provider is away, or refuses us.
    #[error(transparent)]
    Provider(Box<Problem>),
    /// Nothing that a caller could act on.
    #[error(transparent)]
    Unexpected(#[from] Unexpected),
}

impl From<DbErr> for AuthError {
    fn from(error: DbErr) -> Self {
        match violated_constraint(&error).as_deref() {
            Some(repository::users::UNIQUE_EMAIL) => Self::EmailTaken,
            Some(
                repository::oauth_accounts::UNIQUE_SUBJECT
                | repository::oauth_accounts::UNIQUE_PROVIDER,
            ) => Self::AlreadyLinked,
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
            AuthError::Busy => {
                Self::unavailable("Too many sign-ins at once").retry_after(RETRY_AFTER)
            }
            AuthError::UnknownProvider => Self::not_found("Provider"),
            AuthError::RedirectRefused => {
                let message = "must be an address that browsers may be sent to";
                Self::invalid(vec![FieldError::new("redirect_to", message)])
            }
            AuthError::UnknownVisit => Self::bad_request("Start again: this sign-in is over"),
            AuthError::InvalidCode => Self::unauthorized("Invalid or expired code"),
            AuthError::LinkNotFound => Self::not_found("Link"),
            AuthError::AlreadyLinked => Self::conflict("The provider is linked already"),
            AuthError::LastWayIn => Self::conflict("The last way to sign in must remain"),
            AuthError::Provider(problem) => *problem,
            AuthError::Unexpected(unexpected) => unexpected.into(),
        }
    }
}
