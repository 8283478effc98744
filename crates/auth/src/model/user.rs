//! Whether a user may do anything at all.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether a user may sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "UserStatus")]
pub enum Status {
    /// They may.
    #[default]
    Active,
    /// They may not, and the tokens they have are void, until an admin makes them active again.
    Suspended,
}

impl Status {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::Active, Self::Suspended];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }
}
