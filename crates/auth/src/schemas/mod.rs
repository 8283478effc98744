//! Bodies on the wire, a file for each noun.

mod oauth;
mod sign_in;
mod users;

pub use oauth::{
    AuthorizeQuery, CallbackQuery, CodeExchange, LinkCreate, LinkList, LinkResponse,
    LinkedProvider, ProviderList, ProviderResponse,
};
pub use sign_in::{GrantType, Login, TokenRequest, TokenResponse, TokenType};
pub use users::{UserCreate, UserFilters, UserReplace, UserResponse, UserSort, UserUpdate};
