//! Signing in on the wire.

use std::fmt;

use ashlar_core::secret::Secret;
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::service::Granted;

/// An e-mail address and its password.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The address that was registered. Any text will do here: one that is no address is nobody's.
    #[garde(length(chars, max = 254))]
    #[schemars(example = "ada@example.org")]
    pub email: String,
    /// Its password.
    #[garde(length(chars, max = 128))]
    pub password: Secret,
    /// A code of the authenticator app, or a recovery code, of whoever has an app.
    #[serde(default)]
    #[garde(length(chars, max = 64))]
    pub code: Option<Secret>,
    /// Whether the tokens are to be kept in cookies by a browser.
    #[serde(default)]
    #[garde(skip)]
    pub cookies: bool,
}

/// OAuth 2.0's password grant (RFC 6749, 4.3.2). Parameters that are not known are ignored, as
/// section 3.2 demands, so a client's own credentials may be among them.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
pub struct TokenRequest {
    /// Which grant it is; may be left out.
    #[serde(default, deserialize_with = "unless_empty")]
    #[garde(skip)]
    pub grant_type: Option<GrantType>,
    /// The e-mail address that was registered.
    #[garde(length(chars, max = 254))]
    pub username: String,
    /// Its password.
    #[garde(length(chars, max = 128))]
    pub password: Secret,
    /// A code of the authenticator app, or a recovery code, of whoever has an app: a parameter of
    /// our own.
    #[serde(default)]
    #[garde(length(chars, max = 64))]
    pub code: Option<Secret>,
    /// Ignored: a token is good for all that its owner may do.
    #[serde(default)]
    #[garde(skip)]
    pub scope: Option<String>,
}

/// The grants that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// By e-mail address and password.
    Password,
}

/// A parameter without a value counts as left out (RFC 6749, 3.2).
fn unless_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<GrantType>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    let grant = serde::de::value::StringDeserializer::new(text);
    GrantType::deserialize(grant).map(Some)
}

/// Tokens (RFC 6749, 5.1), or what goes with those that are in cookies.
#[derive(Serialize, JsonSchema)]
pub struct TokenResponse {
    /// The token: `Authorization: Bearer <access_token>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<String>,
    /// How it is used.
    pub token_type: TokenType,
    /// How long it lives, in seconds.
    pub expires_in: u64,
    /// What the next token is got with, at `POST /auth/refresh`. Good once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// In cookie mode: what requests that change something send in the header `X-CSRF-Token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub csrf_token: Option<String>,
}

/// The ways to use a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenType {
    /// Whoever bears it may (RFC 6750).
    Bearer,
    /// The browser sends it by itself.
    Cookie,
}

impl From<Granted> for TokenResponse {
    fn from(granted: Granted) -> Self {
        Self {
            access_token: Some(granted.access.token),
            token_type: TokenType::Bearer,
            expires_in: granted.access.lifetime.as_secs(),
            refresh_token: Some(granted.refresh.expose().to_owned()),
            csrf_token: None,
        }
    }
}

/// Without the tokens.
impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse")
            .field("token_type", &self.token_type)
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

impl TokenResponse {
    /// What is told of tokens that are in cookies.
    pub(crate) fn in_cookies(granted: &Granted, csrf_token: String) -> Self {
        Self {
            access_token: None,
            token_type: TokenType::Cookie,
            expires_in: granted.access.lifetime.as_secs(),
            refresh_token: None,
            csrf_token: Some(csrf_token),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_response_prints_no_token() {
        let secret = || Some("sesame".to_owned());
        let response = TokenResponse {
            access_token: secret(),
            token_type: TokenType::Bearer,
            expires_in: 1800,
            refresh_token: secret(),
            csrf_token: secret(),
        };
        let printed = format!("{response:?}");
        assert!(
            printed.contains("1800") && !printed.contains("sesame"),
            "{printed}"
        );
    }
}
