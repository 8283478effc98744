//! The audit log on the wire.

use ashlar_core::{
    ids::Id,
    page::{Direction, SortKey},
    principal::UserId,
};
use chrono::{DateTime, Utc};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{audit::AuditEntry, entity::audit_log::Model, model::SessionId};

/// What happened to an account.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AuditEntryResponse {
    /// The entry's id.
    pub id: Id<AuditEntry>,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What happened: `<noun>.<past participle>`. More may come.
    pub action: String,
    /// Who did it; null when nobody was signed in.
    pub actor_id: Option<UserId>,
    /// To whom it happened.
    pub user_id: Option<UserId>,
    /// The session that it was done in, or that it is about.
    pub session_id: Option<SessionId>,
    /// The address that the request came from.
    pub address: Option<String>,
    /// What the client called itself.
    pub user_agent: Option<String>,
    /// The request, as in the log.
    pub request_id: Option<String>,
    /// What else is known; differs by action.
    pub details: Map<String, Value>,
}

/// Which entries to list.
#[derive(Clone, Debug, Default, Deserialize, Serialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AuditFilters {
    /// Those of what happened to this user.
    #[garde(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Those of what this user did.
    #[garde(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<UserId>,
    /// Those with this action.
    #[garde(length(chars, min = 1, max = 64))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Those from this time on.
    #[garde(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// Those before this time.
    #[garde(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// What entries can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditSort {
    /// When it happened.
    At,
}

/// Something that one did, or that happened to one's account. It names nobody else, and tells of
/// somebody else's request only that there was one.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ActivityResponse {
    /// The entry's id.
    pub id: Id<AuditEntry>,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What happened: `<noun>.<past participle>`. More may come.
    pub action: String,
    /// Whether one did it oneself, as somebody who was signed in.
    pub by_you: bool,
    /// Whether somebody else did it, as somebody who was signed in.
    pub by_another: bool,
    /// Whether it happened to one's own account, and not to another's.
    pub about_you: bool,
    /// The session that it was done in, or that it is about.
    pub session_id: Option<SessionId>,
    /// The address that the request came from.
    pub address: Option<String>,
    /// What the client called itself.
    pub user_agent: Option<String>,
    /// What else is known; differs by action.
    pub details: Map<String, Value>,
}

/// Which of one's own entries to list: all of them.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ActivityFilters {}

/// What one's own entries can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivitySort {
    /// When it happened.
    At,
}

impl ActivityResponse {
    /// What `user_id` may see of `entry`, which is one of theirs.
    pub(crate) fn of(entry: Model, user_id: UserId) -> Self {
        let me = user_id.as_uuid();
        let by_another = entry.actor_id.is_some_and(|actor| actor != me);
        let about_you = entry.user_id.is_none_or(|user| user == me);
        let entry = AuditEntryResponse::from(entry);
        Self {
            id: entry.id,
            at: entry.at,
            action: entry.action,
            by_you: entry.actor_id == Some(user_id),
            by_another,
            about_you,
            session_id: entry.session_id.filter(|_| !by_another),
            address: entry.address.filter(|_| !by_another),
            user_agent: entry.user_agent.filter(|_| !by_another),
            details: if about_you { entry.details } else { Map::new() },
        }
    }
}

impl From<Model> for AuditEntryResponse {
    fn from(entry: Model) -> Self {
        Self {
            id: Id::from_uuid(entry.id),
            at: entry.at,
            action: entry.action,
            actor_id: entry.actor_id.map(UserId::from_uuid),
            user_id: entry.user_id.map(UserId::from_uuid),
            session_id: entry.session_id.map(SessionId::from_uuid),
            address: entry.address,
            user_agent: entry.user_agent,
            request_id: entry.request_id,
            details: details(entry.details),
        }
    }
}

/// What somebody wrote to the table by hand may be no object: that is what an admin wants to see.
fn details(text: String) -> Map<String, Value> {
    serde_json::from_str(&text)
        .unwrap_or_else(|_| Map::from_iter([("unreadable".to_owned(), Value::String(text))]))
}

impl SortKey for AuditSort {
    const ALL: &'static [Self] = &[Self::At];
    const DEFAULT: (Self, Direction) = (Self::At, Direction::Descending);

    fn name(self) -> &'static str {
        match self {
            Self::At => "at",
        }
    }
}

impl SortKey for ActivitySort {
    const ALL: &'static [Self] = &[Self::At];
    const DEFAULT: (Self, Direction) = (Self::At, Direction::Descending);

    fn name(self) -> &'static str {
        match self {
            Self::At => "at",
        }
    }
}
