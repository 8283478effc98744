//! What can be done with users, and how they sign in.

mod sessions;
mod sign_in;
mod throttle;
mod users;

pub use sessions::Sessions;
pub use sign_in::SignIn;
pub use users::Users;

pub(crate) use sessions::Granted;
pub(crate) use throttle::Throttle;
