//! What can be done with users, and how they sign in.

mod account_tokens;
mod email_changes;
mod links;
mod password_changes;
mod sessions;
mod sign_in;
mod users;

pub use email_changes::EmailChanges;
pub use links::Links;
pub use password_changes::PasswordChanges;
pub use sessions::Sessions;
pub use sign_in::SignIn;
pub use users::Users;

pub(crate) use account_tokens::AccountTokens;
pub(crate) use sessions::Granted;
