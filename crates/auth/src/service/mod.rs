//! What can be done with users, and how they sign in.

mod sign_in;
mod users;

pub use sign_in::SignIn;
pub use users::Users;
