//! What can go wrong, for those who can act on it.

use std::time::Duration;

use ashlar_core::{
    database::violated_constraint,
    offload::OffloadError,
    problem::{Code, FieldError, Problem, Unexpected},
};
use sea_orm::DbErr;
use thiserror::Error;

use crate::{cookies::Forgery, model::RoleName, password::PasswordError, repository, settings};

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
    /// There is no such API key, or it is not the caller's.
    #[error("API key not found")]
    KeyNotFound,
    /// The user has as many API keys as one may have.
    #[error("too many API keys")]
    TooManyKeys,
    /// An API key cannot have these scopes, which nothing asks for.
    #[error("unknown scopes")]
    UnknownScopes(Vec<FieldError>),
    /// An API key cannot live until then; the rest of a sentence says why.
    #[error("an API key's expiry {0}")]
    RefusedExpiry(String),
    /// Nobody would be left to manage users.
    #[error("the last active admin must remain one")]
    LastAdmin,
    /// There is no such role.
    #[error("there is no role {}", .0.as_str())]
    UnknownRole(RoleName),
    /// The user has changed since the version that the change was meant for.
    #[error("the user has changed since")]
    Changed,
    /// Address and password do not go together, or the user may not sign in.
    #[error("invalid credentials")]
    InvalidCredentials,
    /// A refresh token that is not valid (any more).
    #[error("invalid refresh token")]
    InvalidToken,
    /// There is no such session, it is over, or it is somebody else's.
    #[error("session not found")]
    SessionNotFound,
    /// Another site may have made a browser send the request.
    #[error(transparent)]
    Forgery(#[from] Forgery),
    /// There were too many guesses: the next may come after this time.
    #[error("too many attempts")]
    Throttled(Duration),
    /// Too many passwords wait to be hashed.
    #[error("too many sign-ins at once")]
    Busy,
    /// Nothing that a caller could act on.
    #[error(transparent)]
    Unexpected(#[from] Unexpected),
}

/// Why roles and domains do not go together.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RolesError {
    /// The settings name a permission that nothing in the system asks for.
    #[error(
        "{} gives the role {} the permission {permission:?}, which nothing asks for; there are {known}",
        settings::ROLES, role.as_str()
    )]
    UnknownPermission {
        /// The role.
        role: RoleName,
        /// What it names.
        permission: String,
        /// What could be meant.
        known: String,
    },
    /// What roles permit was worked out before.
    #[error("roles can be composed with domains once")]
    AlreadyComposed,
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
            AuthError::KeyNotFound => Self::not_found("API key"),
            AuthError::TooManyKeys => {
                Self::conflict("There are as many API keys as there may be: revoke one")
            }
            AuthError::UnknownScopes(fields) => Self::invalid(fields),
            AuthError::RefusedExpiry(rule) => {
                Self::invalid(vec![FieldError::new("expires_at", rule)])
            }
            AuthError::LastAdmin => Self::conflict("The last active admin must remain one"),
            AuthError::UnknownRole(role) => {
                let field = FieldError::new("role", "is not a role that there is");
                Self::invalid(vec![field.value(role.as_str())])
            }
            AuthError::Changed => Self::precondition_failed(),
            AuthError::InvalidCredentials => Self::unauthorized("Invalid credentials"),
            AuthError::InvalidToken => Self::unauthorized("Invalid authentication credentials"),
            AuthError::SessionNotFound => Self::not_found("Session"),
            AuthError::Forgery(forgery) => forgery.into(),
            AuthError::Throttled(wait) => {
                Self::new(Code::TooManyRequests, "Too many attempts").retry_after(wait)
            }
            AuthError::Busy => {
                Self::unavailable("Too many sign-ins at once").retry_after(RETRY_AFTER)
            }
            AuthError::Unexpected(unexpected) => unexpected.into(),
        }
    }
}

impl From<Forgery> for Problem {
    fn from(forgery: Forgery) -> Self {
        let message = match forgery {
            Forgery::Origin => "The request comes from a site that may not send it",
            Forgery::Token => "The header X-CSRF-Token is missing or wrong",
        };
        Self::new(Code::Forbidden, message)
    }
}
