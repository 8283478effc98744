//! Changing one's e-mail address on the wire.

use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::Email;

/// The address that somebody wants.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct EmailChange {
    /// The new address: it is theirs once it is confirmed.
    pub email: Email,
}
