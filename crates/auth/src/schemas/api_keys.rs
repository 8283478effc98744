//! API keys on the wire.

use ashlar_core::{
    page::{Direction, SortKey},
    secret::Secret,
    valid::Change,
};
use chrono::{DateTime, Utc};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use crate::{entity::api_key::Model, model::ApiKeyId};

/// A key that somebody wants to have.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyCreate {
    /// What to call it.
    #[garde(length(chars, min = 1, max = 100))]
    #[schemars(example = "nightly import")]
    pub name: String,
    /// What it is good for, of what `GET /auth/api-keys/scopes` lists. It never can do more than
    /// its owner.
    #[garde(length(min = 1, max = 100), inner(length(chars, min = 1, max = 100)))]
    pub scopes: Vec<String>,
    /// When it is over: within the longest time that is allowed; left out, in 90 days. Null, for a
    /// key that lives for ever, only where the server's settings allow it.
    #[serde(default)]
    #[garde(skip)]
    pub expires_at: Change<Option<DateTime<Utc>>>,
}

/// A key, as far as it can be shown.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ApiKeyResponse {
    /// Its id.
    pub id: ApiKeyId,
    /// What its owner calls it.
    pub name: String,
    /// How it begins.
    pub prefix: String,
    /// What it is good for.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it is over; null for never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A new key: the only time that it is shown as a whole.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ApiKeyCreated {
    /// What lists tell of it.
    #[serde(flatten)]
    pub api_key: ApiKeyResponse,
    /// The key: `Authorization: Bearer <key>`.
    #[serde(serialize_with = "exposed")]
    #[schemars(with = "String")]
    pub key: Secret,
}

/// Its owner gets it here, and nowhere else.
fn exposed<S: Serializer>(key: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(key.expose())
}

/// Every scope that a key can have.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ScopeList {
    /// Their names.
    pub data: Vec<String>,
}

/// Which keys to list: all of one's own.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ApiKeyFilters {}

/// What keys can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiKeySort {
    /// When they were made.
    CreatedAt,
}

impl SortKey for ApiKeySort {
    const ALL: &'static [Self] = &[Self::CreatedAt];
    const DEFAULT: (Self, Direction) = (Self::CreatedAt, Direction::Descending);

    fn name(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
        }
    }
}

impl From<Model> for ApiKeyResponse {
    fn from(key: Model) -> Self {
        Self {
            id: key.id,
            name: key.name,
            prefix: key.prefix,
            scopes: key.scopes.split_whitespace().map(str::to_owned).collect(),
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
        }
    }
}
