//! What can go wrong, for those who can act on it.

use std::time::Duration;

use ashlar_core::{
    database::violated_constraint,
    offload::OffloadError,
    problem::{Code, FieldError, Problem, Unexpected},
};
use sea_orm::DbErr;
use thiserror::Error;

use crate::{
    cookies::Forgery,
    model::{InvalidPassword, RoleName},
    password::PasswordError,
    repository, settings,
};

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
    InvalidRefreshToken,
    /// The session that a request came in was ended meanwhile.
    #[error("the session is over")]
    SessionOver,
    /// There is no such session, it is over, or it is somebody else's.
    #[error("session not found")]
    SessionNotFound,
    /// Another site may have made a browser send the request.
    #[error(transparent)]
    Forgery(#[from] Forgery),
    /// There were too many guesses: the next may come after this time.
    #[error("too many attempts")]
    Throttled(Duration),
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
    /// The password is right, and a code is asked for too: in this field of the body.
    #[error("a second factor is asked for")]
    SecondFactorRequired(&'static str),
    /// The password may be right, the code in this field is not.
    #[error("the code is not valid")]
    InvalidCode(&'static str),
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
    InvalidOauthCode,
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
            Some(repository::passkeys::UNIQUE_CREDENTIAL) => {
                Self::SecondFactorConflict("The passkey is already registered")
            }
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
    #[expect(clippy::too_many_lines, reason = "a line or two for each error")]
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
            AuthError::InvalidRefreshToken | AuthError::SessionOver => {
                Self::unauthorized("Invalid authentication credentials")
            }
            AuthError::SessionNotFound => Self::not_found("Session"),
            AuthError::Forgery(forgery) => forgery.into(),
            AuthError::Throttled(wait) => {
                Self::new(Code::TooManyRequests, "Too many attempts").retry_after(wait)
            }
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
            AuthError::SecondFactorRequired(field) => {
                Self::new(Code::SecondFactorRequired, "A second factor is asked for")
                    .with_field(FieldError::new(field, "is required"))
            }
            AuthError::InvalidCode(field) => Self::unauthorized("Invalid credentials")
                .with_field(FieldError::new(field, "is not valid")),
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
            AuthError::UnknownProvider => Self::not_found("Provider"),
            AuthError::RedirectRefused => {
                let message = "must be an address that browsers may be sent to";
                Self::invalid(vec![FieldError::new("redirect_to", message)])
            }
            AuthError::UnknownVisit => Self::bad_request("Start again: this sign-in is over"),
            AuthError::InvalidOauthCode => Self::unauthorized("Invalid or expired code"),
            AuthError::LinkNotFound => Self::not_found("Link"),
            AuthError::AlreadyLinked => Self::conflict("The provider is linked already"),
            AuthError::LastWayIn => Self::conflict("The last way to sign in must remain"),
            AuthError::Provider(problem) => *problem,
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

/// 422 for one field of the body.
fn field(name: &str, message: &str) -> Problem {
    Problem::invalid(vec![FieldError::new(name, message)])
}
