//! What users and sign-ins are made of: ids, value types and permissions, without any I/O.

mod account_token;
mod common_passwords;
mod api_key;
mod display_name;
mod email;
mod new_password;
mod oauth;
mod redirect;
mod role;
mod second_factor;
mod session;
pub(crate) mod throttle;
mod user;

use std::{borrow::Cow, str::FromStr};

use ashlar_core::{
    ids::{Id, Identified},
    principal::Permission,
};
use serde::{Deserialize, Deserializer, de};

pub use account_token::{AccountToken, AccountTokenId, Purpose};
pub use api_key::{ApiKey, ApiKeyId};
pub use display_name::{DisplayName, InvalidDisplayName};
pub use email::{Email, InvalidEmail};
pub(crate) use new_password::normalized;
pub use new_password::{InvalidPassword, NewPassword};
pub use oauth::{
    InvalidProviderName, OauthAccountId, OauthCodeId, OauthFailure, OauthFlowId, ProviderName,
};
pub use redirect::{RedirectRefused, Redirects};
pub use role::{InvalidRoleName, RoleName};
pub use second_factor::{Challenge, ChallengeId, ChallengePurpose, Passkey, PasskeyId};
pub use session::{Delivery, Method, Revocation, Session, SessionId};
pub use user::Status;

pub(crate) use throttle::{Rule, Subject};

pub(crate) use redirect::is_private;

/// Marks the ids of access tokens.
pub enum AccessToken {}

impl Identified for AccessToken {
    const PARAMETER: &'static str = "token_id";
}

/// The id of an access token (`jti`).
pub type AccessTokenId = Id<AccessToken>;

/// To read and export the audit log.
pub struct ReadAudit;

impl Permission for ReadAudit {
    const NAME: &'static str = "audit:read";
}

/// To list all roles.
pub struct ReadRoles;

impl Permission for ReadRoles {
    const NAME: &'static str = "roles:read";
}

/// To list all users.
pub struct ReadUsers;

impl Permission for ReadUsers {
    const NAME: &'static str = "users:read";
}

/// To read and change any user, also their role and status.
pub struct ManageUsers;

impl Permission for ManageUsers {
    const NAME: &'static str = "users:manage";
}

/// Reads a text and parses it.
fn parsed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: std::fmt::Display>,
{
    let text = Cow::<str>::deserialize(deserializer)?;
    text.parse().map_err(de::Error::custom)
}
