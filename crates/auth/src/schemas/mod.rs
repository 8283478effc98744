//! Bodies on the wire, a file for each noun.

mod passkeys;
mod second_factor;
mod sign_in;
mod users;

pub use passkeys::{
    AssertionResponse, AttestationResponse, AuthenticatorSelection, ChallengeResponse,
    CreationOptions, CredentialDescriptor, CredentialParameters, CredentialType, NewCredential,
    PasskeyAnswer, PasskeyCreate, PasskeyResponse, PasskeysResponse, RelyingPartyEntity,
    RequestOptions, UsedCredential, UserEntity,
};
pub use second_factor::{
    FactorsResponse, RecoveryCodesResponse, StepUpRequest, TotpConfirm, TotpResponse,
};
pub use sign_in::{GrantType, Login, TokenRequest, TokenResponse, TokenType};
pub use users::{UserCreate, UserFilters, UserReplace, UserResponse, UserSort, UserUpdate};
