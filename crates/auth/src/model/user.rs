//! What a user may do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a user is allowed beyond their own things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "UserRole")]
pub enum Role {
    /// Nothing.
    #[default]
    User,
    /// Everything.
    Admin,
}

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

/// A stored value that stands for nothing: somebody wrote to the table by hand.
#[derive(Debug, Error)]
#[error("unknown user {0}")]
pub struct Unknown(&'static str);

impl Role {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }
}

impl Status {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }
}

impl From<Role> for String {
    fn from(role: Role) -> Self {
        role.as_str().to_owned()
    }
}

impl TryFrom<String> for Role {
    type Error = Unknown;

    fn try_from(text: String) -> Result<Self, Unknown> {
        let known = [Self::User, Self::Admin];
        let role = known.into_iter().find(|role| role.as_str() == text);
        role.ok_or(Unknown("role"))
    }
}

impl From<Status> for String {
    fn from(status: Status) -> Self {
        status.as_str().to_owned()
    }
}

impl TryFrom<String> for Status {
    type Error = Unknown;

    fn try_from(text: String) -> Result<Self, Unknown> {
        let known = [Self::Active, Self::Suspended];
        let status = known.into_iter().find(|status| status.as_str() == text);
        status.ok_or(Unknown("status"))
    }
}
