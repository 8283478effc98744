//! Sessions on the wire.

use ashlar_core::{
    page::{Direction, SortKey},
    secret::Secret,
};
use chrono::{DateTime, Utc};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{entity::session::Model, model::SessionId};

/// A refresh token, for new tokens.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Refresh {
    /// The token; left out where a browser keeps it in a cookie.
    #[garde(length(chars, max = 256))]
    pub refresh_token: Option<Secret>,
}

/// What requests that change something must bring in cookie mode.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CsrfResponse {
    /// What to send in the header `X-CSRF-Token`. The same for as long as the session lasts.
    pub csrf_token: String,
}

/// A sign-in on some device.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SessionResponse {
    /// Its id.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When its tokens were last refreshed.
    pub last_used_at: DateTime<Utc>,
    /// When it is over, however often it is refreshed.
    pub expires_at: DateTime<Utc>,
    /// How its user proved who they are, in the terms of RFC 8176 where it has one.
    #[schemars(example = ["pwd"])]
    pub methods: Vec<String>,
    /// What the client called itself.
    pub user_agent: Option<String>,
    /// The address that it came from.
    pub address: Option<String>,
}

impl SessionResponse {
    /// `session`, as it is seen from the one with the id `current`.
    pub(crate) fn seen_from(current: Option<SessionId>, session: Model) -> Self {
        Self {
            id: session.id,
            current: Some(session.id) == current,
            created_at: session.created_at,
            last_used_at: session.rotated_at,
            expires_at: session.expires_at,
            methods: session.methods.split(' ').map(str::to_owned).collect(),
            user_agent: session.user_agent,
            address: session.address,
        }
    }
}

/// Which sessions to list: all of them.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SessionFilters {}

/// What sessions can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionSort {
    /// When they began.
    CreatedAt,
}

impl SortKey for SessionSort {
    const ALL: &'static [Self] = &[Self::CreatedAt];
    const DEFAULT: (Self, Direction) = (Self::CreatedAt, Direction::Descending);

    fn name(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
        }
    }
}

/// Which sessions to end.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SessionsEnd {
    /// Whether to leave the one that asks.
    #[garde(skip)]
    pub except_current: bool,
}
