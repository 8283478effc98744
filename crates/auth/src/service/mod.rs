//! What can be done with users, and how they sign in.

mod oauth;
mod sessions;
mod sign_in;
mod users;

pub use oauth::{Oauth, ProviderTokenError, ProviderTokens};
pub use sessions::Sessions;
pub use sign_in::SignIn;
pub use users::Users;

pub(crate) use oauth::{Arrival, Departure, FLOW_LIFETIME, OauthParts, Providers};
pub(crate) use sessions::Granted;
