//! Bodies on the wire, a file for each noun.

mod api_keys;
mod audit_log;
mod roles;
mod sessions;
mod sign_in;
mod users;

pub use api_keys::{
    ApiKeyCreate, ApiKeyCreated, ApiKeyFilters, ApiKeyResponse, ApiKeySort, ScopeList,
};
pub use audit_log::{
    ActivityFilters, ActivityResponse, ActivitySort, AuditEntryResponse, AuditFilters, AuditSort,
};
pub use roles::{RoleList, RoleResponse};
pub use sessions::{
    CsrfResponse, Refresh, SessionFilters, SessionResponse, SessionSort, SessionsEnd,
};
pub use sign_in::{GrantType, Login, TokenRequest, TokenResponse, TokenType};
pub use users::{UserCreate, UserFilters, UserReplace, UserResponse, UserSort, UserUpdate};
