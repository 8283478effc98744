//! What can be done with users, and how they sign in.

mod api_keys;
mod audit_log;
mod roles;
mod sessions;
mod sign_in;
mod throttle;
mod users;

pub use api_keys::ApiKeys;
pub use audit_log::{AuditExport, AuditLog};
pub use roles::Roles;
pub use sessions::Sessions;
pub use sign_in::SignIn;
pub use users::Users;

pub(crate) use sessions::Granted;
pub(crate) use throttle::Throttle;
