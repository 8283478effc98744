//! What can be done with users, and how they sign in.

mod account_tokens;
mod api_keys;
mod audit_log;
mod callers;
mod email_changes;
mod links;
mod oauth;
mod passkeys;
mod password_changes;
mod roles;
mod second_factor;
mod sessions;
mod sign_in;
mod step_up;
mod totp;
mod throttle;
mod users;
mod ways_in;

pub use api_keys::ApiKeys;
pub use audit_log::{AuditExport, AuditLog};
pub use email_changes::EmailChanges;
pub use links::Links;
pub use oauth::{Oauth, ProviderTokenError, ProviderTokens};
pub use passkeys::Passkeys;
pub use password_changes::PasswordChanges;
pub use roles::Roles;
pub use second_factor::SecondFactor;
pub use sessions::Sessions;
pub use sign_in::SignIn;
pub use step_up::StepUp;
pub use totp::Totp;
pub use users::Users;

pub(crate) use account_tokens::AccountTokens;
pub(crate) use callers::Callers;
pub(crate) use oauth::{Arrival, Departure, FLOW_LIFETIME, OauthParts, Providers, Wish};
pub(crate) use second_factor::Factors;
pub(crate) use sessions::{Caller, Device, Granted, Proof};
pub(crate) use throttle::Throttle;
pub(crate) use totp::Enrolment;
