//! Bodies on the wire, a file for each noun.

mod sign_in;
mod users;

pub use sign_in::{GrantType, Login, TokenRequest, TokenResponse, TokenType};
pub use users::{UserCreate, UserFilters, UserReplace, UserResponse, UserSort, UserUpdate};
