//! What can go wrong, for those who can act on it.

use std::time::Duration;

use ashlar_core::{
    database::violated_constraint,
    offload::OffloadError,
    problem::{Code, FieldError, Problem, Unexpected},
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
    /// The password is right, and a code is asked for too.
    #[error("a second factor is asked for")]
    SecondFactorRequired,
    /// The password may be right, the code is not.
    #[error("the code is not valid")]
    InvalidCode,
    /// Too many wrong codes; how long to wait.
    #[error("too many wrong codes")]
    TooManyCodes(Duration),
    /// A field that can be read says something that does not hold.
    #[error("{field} {message}")]
    Invalid {
        /// Its name.
        field: &'static str,
        /// What is wrong with it, as the end of a sentence.
        message: &'static str,
    },
    /// A change of second factors that does not go with those that there are.
    #[error("{0}")]
    SecondFactorConflict(&'static str),
    /// The user has no such passkey.
    #[error("passkey not found")]
    NoSuchPasskey,
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
            Some(repository::passkeys::UNIQUE_CREDENTIAL) => {
                Self::SecondFactorConflict("The passkey is already registered")
            }
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
            AuthError::SecondFactorRequired => {
                Self::new(Code::SecondFactorRequired, "A second factor is asked for")
                    .with_field(FieldError::new("code", "is required"))
            }
            AuthError::InvalidCode => Self::unauthorized("Invalid credentials")
                .with_field(FieldError::new("code", "is not valid")),
            AuthError::TooManyCodes(wait) => {
                Self::new(Code::TooManyRequests, "Too many wrong codes").retry_after(wait)
            }
            AuthError::Invalid { field, message } => {
                Self::invalid(vec![FieldError::new(field, message)])
            }
            AuthError::SecondFactorConflict(message) => Self::conflict(message),
            AuthError::NoSuchPasskey => Self::not_found("Passkey"),
            AuthError::Busy => {
                Self::unavailable("Too many sign-ins at once").retry_after(RETRY_AFTER)
            }
            AuthError::Unexpected(unexpected) => unexpected.into(),
        }
    }
}
