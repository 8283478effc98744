//! Bodies on the wire, a file for each noun.

mod account_tokens;
mod emails;
mod passwords;
mod sign_in;
mod users;

pub use account_tokens::TokenRedeem;
pub use emails::EmailChange;
pub use passwords::{PasswordChange, PasswordForgotten, PasswordReset};
pub use sign_in::{GrantType, Login, TokenRequest, TokenResponse, TokenType};
pub use users::{
    MeResponse, UserCreate, UserFilters, UserReplace, UserResponse, UserSort, UserUpdate,
};
