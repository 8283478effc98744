//! Signing in by providers on the wire.

use ashlar_core::secret::Secret;
use chrono::{DateTime, Utc};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{entity::oauth_account::Model, model::ProviderName, provider::Provider};

/// The providers that there are.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProviderList {
    /// Each of them, by name.
    pub data: Vec<ProviderResponse>,
}

/// A provider that users can sign in by.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProviderResponse {
    /// What it is called in paths.
    pub name: ProviderName,
    /// What users call it.
    pub title: String,
    /// Whether it can be asked with `fresh`, so that signing in by it proves who somebody is.
    pub proves_identity: bool,
}

/// Where the browser goes afterwards.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AuthorizeQuery {
    /// An absolute path here or a URL, below one of those that the settings allow; the first of them
    /// when left out. It gets `code`, for `POST /auth/oauth/exchange`, or `error`.
    #[garde(length(bytes, max = 2000))]
    pub redirect_to: Option<String>,
    /// Whether the provider is to ask once more who they are. Of one that cannot, or does not say that
    /// it did, the browser comes back with the error `not_proved`.
    #[garde(skip)]
    pub fresh: bool,
}

/// What a provider sends a browser back with (RFC 6749, 4.1.2). Parameters that are not known are
/// ignored, as it demands.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(default)]
pub struct CallbackQuery {
    /// The provider's code.
    #[garde(length(bytes, max = 4096))]
    pub code: Option<Secret>,
    /// What we sent the browser there with.
    #[garde(length(bytes, max = 128))]
    pub state: Option<Secret>,
    /// Why there is no code.
    #[garde(length(bytes, max = 200))]
    pub error: Option<String>,
    /// Who answers (RFC 9207).
    #[garde(length(bytes, max = 2000))]
    pub iss: Option<String>,
}

/// A one-time code for a token.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeExchange {
    /// The code that the browser came back with: good for three minutes, once, and in that browser alone.
    #[garde(length(bytes, max = 128))]
    pub code: Secret,
    /// A code of the second factor, where the account has one.
    #[serde(default)]
    #[garde(length(bytes, max = 64))]
    pub otp: Option<Secret>,
    /// Whether the tokens are to be kept in cookies by a browser.
    #[serde(default)]
    #[garde(skip)]
    pub cookies: bool,
}

/// Where the browser goes once the provider is linked.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkCreate {
    /// As for signing in. It gets `linked`, the provider's name, or `error`.
    #[serde(default)]
    #[garde(length(bytes, max = 2000))]
    pub redirect_to: Option<String>,
}

/// Where to send the browser.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LinkResponse {
    /// The provider's page, for this browser alone: it has a cookie for it now.
    pub authorize_url: String,
}

/// The providers that a user linked.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LinkList {
    /// Each of them, by name.
    pub data: Vec<LinkedProvider>,
}

/// A provider that a user linked.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LinkedProvider {
    /// What it is called in paths.
    pub provider: ProviderName,
    /// What users call it; the name of one that is not in the settings any more.
    pub title: String,
    /// The e-mail address or the name of the account there.
    pub account: Option<String>,
    /// When it was linked.
    pub linked_at: DateTime<Utc>,
}

impl From<&Provider> for ProviderResponse {
    fn from(provider: &Provider) -> Self {
        Self {
            name: provider.name().clone(),
            title: provider.title().to_owned(),
            proves_identity: provider.proves_identity(),
        }
    }
}

impl LinkedProvider {
    pub(crate) fn new(account: Model, title: Option<&str>) -> Self {
        Self {
            title: title.unwrap_or(account.provider.as_str()).to_owned(),
            provider: account.provider,
            account: account.email.or(account.name),
            linked_at: account.linked_at,
        }
    }
}
