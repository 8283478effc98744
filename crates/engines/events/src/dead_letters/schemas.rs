//! A dead letter on the wire.

use ashlar_core::{
    events::EventId,
    page::{Direction, SortKey},
};
use chrono::{DateTime, Utc};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{DeadLetterId, Errors, FailedAttempt};
use crate::entity::parked::Model;

/// A dead letter in a list: without what the event says, which may be personal data.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DeadLetterSummary {
    /// Its id.
    pub id: DeadLetterId,
    /// The handler that failed.
    pub handler: String,
    /// The event's id.
    pub event_id: EventId,
    /// The event's name.
    pub event: String,
    /// The version of the event's type.
    pub version: i32,
    /// The id of the entity that the event is about.
    pub key: Uuid,
    /// How often it was tried.
    pub attempts: i32,
    /// The last error, without its causes.
    pub error: Option<String>,
    /// When it failed first, or came to wait for one that had.
    pub created_at: DateTime<Utc>,
    /// When it was given up.
    pub died_at: Option<DateTime<Utc>>,
}

/// A dead letter, with what the event says: that may be personal data.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DeadLetterResponse {
    /// Its id.
    pub id: DeadLetterId,
    /// The handler that failed.
    pub handler: String,
    /// The event's id.
    pub event_id: EventId,
    /// The event's name.
    pub event: String,
    /// The version of the event's type.
    pub version: i32,
    /// The id of the entity that the event is about.
    pub key: Uuid,
    /// What the event says; as text when it is no JSON.
    pub payload: Value,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// The id of the request that it came of.
    pub request_id: Option<String>,
    /// How often it was tried.
    pub attempts: i32,
    /// The last failures, the newest last.
    pub errors: Vec<FailedAttempt>,
    /// When it failed first, or came to wait for one that had.
    pub created_at: DateTime<Utc>,
    /// When it was given up.
    pub died_at: Option<DateTime<Utc>>,
}

impl From<Model> for DeadLetterSummary {
    fn from(row: Model) -> Self {
        let errors = Errors::read(row.errors.as_deref()).into_vec();
        let last = errors.into_iter().next_back();
        Self {
            id: row.id,
            handler: row.handler,
            event_id: row.event_id,
            event: row.name,
            version: row.version,
            key: row.key,
            attempts: row.attempts,
            error: last.and_then(|failed| failed.chain.into_iter().next()),
            created_at: row.created_at,
            died_at: row.died_at,
        }
    }
}

impl From<Model> for DeadLetterResponse {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            handler: row.handler,
            event_id: row.event_id,
            event: row.name,
            version: row.version,
            key: row.key,
            payload: serde_json::from_str(&row.payload).unwrap_or(Value::String(row.payload)),
            occurred_at: row.occurred_at,
            request_id: row.request_id,
            attempts: row.attempts,
            errors: Errors::read(row.errors.as_deref()).into_vec(),
            created_at: row.created_at,
            died_at: row.died_at,
        }
    }
}

/// Which dead letters to list.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DeadLetterFilters {
    /// Those of this handler.
    #[garde(length(chars, min = 1, max = 100))]
    pub handler: Option<String>,
    /// Those of events of this name.
    #[garde(length(chars, min = 1, max = 100))]
    pub event: Option<String>,
}

/// What dead letters can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeadLetterSort {
    /// When they failed first.
    CreatedAt,
}

impl SortKey for DeadLetterSort {
    const ALL: &'static [Self] = &[Self::CreatedAt];
    const DEFAULT: (Self, Direction) = (Self::CreatedAt, Direction::Descending);

    fn name(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
        }
    }
}
