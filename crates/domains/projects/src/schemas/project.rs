//! A project on the wire.

use ashlar_core::{
    page::{Direction, SortKey},
    principal::UserId,
    valid::Change,
};
use chrono::{DateTime, Utc};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::ProjectId;

/// A new project.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectCreate {
    /// What it is called.
    #[garde(length(chars, min = 1, max = 255))]
    #[schemars(example = &"Apollo")]
    pub name: String,
    /// What it is about.
    #[serde(default)]
    #[garde(length(chars, max = 2000))]
    pub description: Option<String>,
    /// Its name in URLs, unique among its owner's projects; it never changes.
    #[garde(
        length(chars, min = 1, max = 255),
        pattern(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
    )]
    #[schemars(example = &"apollo")]
    pub slug: String,
}

/// A project's changeable part, as a whole (PUT).
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectReplace {
    /// What it is called.
    #[garde(length(chars, min = 1, max = 255))]
    pub name: String,
    /// What it is about; absent clears it.
    #[serde(default)]
    #[garde(length(chars, max = 2000))]
    pub description: Option<String>,
}

/// Changes to a project (PATCH): absent fields stay, null clears.
#[derive(Debug, Default, PartialEq, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProjectUpdate {
    /// What it is called.
    #[garde(length(chars, min = 1, max = 255))]
    pub name: Change<String>,
    /// What it is about.
    #[garde(length(chars, max = 2000))]
    pub description: Change<Option<String>>,
}

impl ProjectUpdate {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl From<ProjectReplace> for ProjectUpdate {
    fn from(whole: ProjectReplace) -> Self {
        Self {
            name: Change::Set(whole.name),
            description: Change::Set(whole.description),
        }
    }
}

/// A project.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ProjectResponse {
    /// Its id.
    pub id: ProjectId,
    /// Whose it is.
    pub owner_id: UserId,
    /// What it is called.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Its name in URLs.
    pub slug: String,
    /// Counts its changes; the `ETag` is made of it.
    pub version: i64,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Which projects to list.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProjectFilters {
    /// Those whose name contains this, in whatever case.
    #[garde(length(chars, min = 1, max = 255))]
    pub q: Option<String>,
}

/// What projects can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProjectSort {
    /// When they were created.
    CreatedAt,
    /// When they were last changed.
    UpdatedAt,
    /// Their name.
    Name,
}

impl SortKey for ProjectSort {
    const ALL: &'static [Self] = &[Self::CreatedAt, Self::UpdatedAt, Self::Name];
    const DEFAULT: (Self, Direction) = (Self::CreatedAt, Direction::Descending);

    fn name(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::Name => "name",
        }
    }
}
