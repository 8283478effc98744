//! Roles on the wire.

use ashlar_core::principal::Permissions;
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::RoleName;

/// Every role.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RoleList {
    /// Each of them, by name.
    pub data: Vec<RoleResponse>,
}

/// A role.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RoleResponse {
    /// What it is called: a user's `role`.
    pub name: RoleName,
    /// What it permits beyond a user's own things.
    pub permissions: Vec<&'static str>,
}

impl From<(&RoleName, &Permissions)> for RoleResponse {
    fn from((name, permissions): (&RoleName, &Permissions)) -> Self {
        Self {
            name: name.clone(),
            permissions: permissions.names().to_vec(),
        }
    }
}
