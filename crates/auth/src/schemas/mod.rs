//! Bodies on the wire, a file for each noun.

mod account_tokens;
mod api_keys;
mod audit_log;
mod emails;
mod passwords;
mod roles;
mod sessions;
mod sign_in;
mod users;

pub use account_tokens::TokenRedeem;
pub use api_keys::{
    ApiKeyCreate, ApiKeyCreated, ApiKeyFilters, ApiKeyResponse, ApiKeySort, ScopeList,
};
pub use audit_log::{
    ActivityFilters, ActivityResponse, ActivitySort, AuditEntryResponse, AuditFilters, AuditSort,
};
pub use emails::EmailChange;
pub use passwords::{PasswordChange, PasswordForgotten, PasswordReset};
pub use roles::{RoleList, RoleResponse};
pub use sessions::{
    CsrfResponse, Refresh, SessionFilters, SessionResponse, SessionSort, SessionsEnd,
};
pub use sign_in::{GrantType, Login, TokenRequest, TokenResponse, TokenType};
pub use users::{
    MeResponse, UserCreate, UserFilters, UserReplace, UserResponse, UserSort, UserUpdate,
};
