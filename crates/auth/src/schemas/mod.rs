//! Bodies on the wire, a file for each noun.

mod account_tokens;
mod api_keys;
mod audit_log;
mod emails;
mod oauth;
mod passkeys;
mod passwords;
mod roles;
mod second_factor;
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
pub use oauth::{
    AuthorizeQuery, CallbackQuery, CodeExchange, LinkCreate, LinkList, LinkResponse,
    LinkedProvider, ProviderList, ProviderResponse,
};
pub use passkeys::{
    AssertionResponse, AttestationResponse, AuthenticatorSelection, ChallengeResponse,
    CreationOptions, CredentialDescriptor, CredentialParameters, CredentialType, NewCredential,
    PasskeyAnswer, PasskeyCreate, PasskeyResponse, PasskeySignIn, PasskeysResponse,
    RelyingPartyEntity, RequestOptions, UsedCredential, UserEntity,
};
pub use passwords::{PasswordChange, PasswordForgotten, PasswordReset};
pub use roles::{RoleList, RoleResponse};
pub use second_factor::{
    FactorsResponse, RecoveryCodesResponse, StepUpRequest, TotpConfirm, TotpResponse,
};
pub use sessions::{
    CsrfResponse, Refresh, SessionFilters, SessionResponse, SessionSort, SessionsEnd,
};
pub use sign_in::{GrantType, Login, TokenRequest, TokenResponse, TokenType};
pub use users::{
    MeResponse, UserCreate, UserFilters, UserReplace, UserResponse, UserSort, UserUpdate,
};
