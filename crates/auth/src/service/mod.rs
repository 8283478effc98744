//! What can be done with users, and how they sign in.

mod roles;
mod sessions;
mod sign_in;
mod users;

pub use roles::Roles;
pub use sessions::Sessions;
pub use sign_in::SignIn;
pub use users::Users;

pub(crate) use sessions::Granted;
