//! What comes with a link in a mail.

use ashlar_core::secret::Secret;
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;

/// A token from the link in a mail.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRedeem {
    /// What stands in the link after `=`.
    #[garde(length(chars, max = 128))]
    pub token: Secret,
}
