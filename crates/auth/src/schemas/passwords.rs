//! Forgetting, resetting and changing a password on the wire.

use ashlar_core::secret::Secret;
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{Email, NewPassword};

/// Whose password is forgotten.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct PasswordForgotten {
    /// The address that was registered.
    pub email: Email,
}

/// A new password, by a link in a mail.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordReset {
    /// What stands in the link after `=`.
    #[garde(length(chars, max = 128))]
    pub token: Secret,
    /// The password from now on.
    #[garde(skip)]
    pub password: NewPassword,
    /// Whether the user's API keys are revoked too. Else they stay good, and the mail that tells of the
    /// new password says how many there are.
    #[serde(default)]
    #[garde(skip)]
    pub revoke_api_keys: bool,
}

/// A new password, by who knows the old one.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password until now, if there is one.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub current_password: Option<Secret>,
    /// The password from now on.
    #[garde(skip)]
    pub password: NewPassword,
}
