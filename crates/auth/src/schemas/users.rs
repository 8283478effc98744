//! Users on the wire.

use ashlar_core::{
    page::{Direction, SortKey},
    principal::UserId,
    valid::Change,
};
use chrono::{DateTime, Utc};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    entity::user::Model,
    model::{DisplayName, Email, NewPassword, RoleName, Status},
};

/// Somebody who registers.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct UserCreate {
    /// Their e-mail address, with which they sign in; unique, whatever its case.
    pub email: Email,
    /// What they are called.
    pub display_name: DisplayName,
    /// Their password.
    pub password: NewPassword,
}

/// A user's changeable part, as a whole (PUT).
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct UserReplace {
    /// Their e-mail address. One's own stays: it is changed at `POST /auth/change-email`.
    pub email: Email,
    /// What they are called.
    pub display_name: DisplayName,
}

/// Changes to a user (PATCH): absent fields stay.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[garde(allow_unvalidated)]
pub struct UserUpdate {
    /// Their e-mail address. One's own is changed at `POST /auth/change-email`.
    pub email: Change<Email>,
    /// What they are called.
    pub display_name: Change<DisplayName>,
    /// What they are allowed: a role that there is; asks for the permission `users:manage`.
    pub role: Change<RoleName>,
    /// Whether they may sign in; asks for the permission `users:manage`.
    pub status: Change<Status>,
}

impl UserUpdate {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it changes what the user may do.
    pub fn changes_standing(&self) -> bool {
        !self.role.is_keep() || !self.status.is_keep()
    }
}

impl From<UserReplace> for UserUpdate {
    fn from(whole: UserReplace) -> Self {
        Self {
            email: Change::Set(whole.email),
            display_name: Change::Set(whole.display_name),
            ..Self::default()
        }
    }
}

/// A user.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct UserResponse {
    /// Their id.
    pub id: UserId,
    /// Their e-mail address.
    pub email: Email,
    /// Whether they have shown that mail to it reaches them.
    pub email_verified: bool,
    /// What they are called.
    pub display_name: DisplayName,
    /// What they are allowed.
    pub role: RoleName,
    /// Whether they may sign in.
    pub status: Status,
    /// Whether signing in with their password asks for a second factor.
    pub second_factor: bool,
    /// Counts their changes; the `ETag` is made of it.
    pub version: i64,
    /// When they registered.
    pub created_at: DateTime<Utc>,
    /// When they last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<Model> for UserResponse {
    fn from(user: Model) -> Self {
        Self {
            id: user.id,
            email: user.email,
            email_verified: user.email_verified_at.is_some(),
            display_name: user.display_name,
            role: user.role,
            status: user.status,
            second_factor: user.second_factor,
            version: user.version,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// The user who is signed in.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MeResponse {
    /// What everybody who may read them reads.
    #[serde(flatten)]
    pub user: UserResponse,
    /// Whether they can sign in with a password.
    pub has_password: bool,
}

/// Which users to list.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[garde(allow_unvalidated)]
pub struct UserFilters {
    /// Those with this status.
    pub status: Option<Status>,
}

/// What users can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserSort {
    /// When they registered.
    CreatedAt,
    /// When they last changed.
    UpdatedAt,
    /// Their address, whatever its case.
    Email,
    /// What they are called.
    DisplayName,
}

impl SortKey for UserSort {
    const ALL: &'static [Self] = &[
        Self::CreatedAt,
        Self::UpdatedAt,
        Self::Email,
        Self::DisplayName,
    ];
    const DEFAULT: (Self, Direction) = (Self::CreatedAt, Direction::Descending);

    fn name(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::Email => "email",
            Self::DisplayName => "display_name",
        }
    }
}
