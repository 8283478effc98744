//! Signing in by a provider: what the parts of it are called.

use std::{borrow::Cow, fmt, str::FromStr};

use ashlar_core::ids::{Id, Identified};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use thiserror::Error;

/// Fits its column, and is more than any name that somebody would type.
const MAX_LENGTH: usize = 32;

/// Marks the ids of visits to a provider.
pub enum OauthFlow {}

impl Identified for OauthFlow {
    const PARAMETER: &'static str = "flow_id";
}

/// The id of a visit to a provider.
pub type OauthFlowId = Id<OauthFlow>;

/// Marks the ids of one-time codes.
pub enum OauthCode {}

impl Identified for OauthCode {
    const PARAMETER: &'static str = "code_id";
}

/// The id of a one-time code.
pub type OauthCodeId = Id<OauthCode>;

/// Marks the ids of linked accounts.
pub enum OauthAccount {}

impl Identified for OauthAccount {
    const PARAMETER: &'static str = "account_id";
}

/// The id of a linked account.
pub type OauthAccountId = Id<OauthAccount>;

/// What a provider is called in URLs: the `GITHUB` of `OAUTH_GITHUB_CLIENT_ID`, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ProviderName(String);

/// A text that no provider can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be 1 to 32 letters, digits and underscores, and begin with a letter")]
pub struct InvalidProviderName;

impl ProviderName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProviderName {
    type Err = InvalidProviderName;

    fn from_str(text: &str) -> Result<Self, InvalidProviderName> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let begins = text.starts_with(|first: char| first.is_ascii_lowercase());
        if begins && text.len() <= MAX_LENGTH && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidProviderName)
        }
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<ProviderName> for String {
    fn from(name: ProviderName) -> Self {
        name.0
    }
}

impl TryFrom<String> for ProviderName {
    type Error = InvalidProviderName;

    fn try_from(text: String) -> Result<Self, InvalidProviderName> {
        text.parse()
    }
}

impl JsonSchema for ProviderName {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ProviderName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "maxLength": MAX_LENGTH,
            "pattern": "^[a-z][a-z0-9_]{0,31}$",
            "examples": ["github"],
        })
    }
}

/// Why a visit to a provider did not end in a sign-in or a link: the `error` with which the browser
/// is sent back. The set only ever grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OauthFailure {
    /// The user, or the provider for them, said no.
    AccessDenied,
    /// The provider cannot be reached, or not now.
    ProviderUnavailable,
    /// The provider refuses us, or what it says cannot be trusted.
    ProviderError,
    /// There is an account with this address, and nothing proves that it is the same person's: they
    /// sign in as they did before, and link the provider there.
    AccountExists,
    /// The provider tells no e-mail address.
    EmailMissing,
    /// The account is suspended.
    AccountSuspended,
    /// The session in which the provider was to be linked is over.
    SessionEnded,
    /// The provider was to ask its user once more who they are, and does not say that it did.
    NotProved,
    /// This account at the provider is linked to another user.
    LinkedElsewhere,
    /// The user has linked another account at this provider already.
    AlreadyLinked,
}

impl OauthFailure {
    /// As it is told to the browser.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::ProviderUnavailable => "provider_unavailable",
            Self::ProviderError => "provider_error",
            Self::AccountExists => "account_exists",
            Self::EmailMissing => "email_missing",
            Self::AccountSuspended => "account_suspended",
            Self::SessionEnded => "session_ended",
            Self::NotProved => "not_proved",
            Self::LinkedElsewhere => "linked_elsewhere",
            Self::AlreadyLinked => "already_linked",
        }
    }

    /// What an error of the authorization endpoint is to us (RFC 6749, 4.1.2.1). Others, and those
    /// that only a mistake in our settings brings about, are the provider's.
    pub fn of_provider(error: &str) -> Self {
        match error {
            "access_denied" => Self::AccessDenied,
            "temporarily_unavailable" | "server_error" => Self::ProviderUnavailable,
            _ => Self::ProviderError,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        for good in ["github", "g", "my_idp_2"] {
            assert!(good.parse::<ProviderName>().is_ok(), "{good}");
        }
        let long = "a".repeat(33);
        for bad in ["", "GitHub", "2fa", "_x", "a-b", "a/b", "a.b", "é", &long] {
            assert!(bad.parse::<ProviderName>().is_err(), "{bad}");
        }
    }
}
