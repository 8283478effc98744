//! The table `parked_events`: what a handler could not handle, and what waits behind it.

use ashlar_core::{
    events::{EventId, Incoming},
    record::Keyed,
    stored_as,
    table::{Index, Table},
};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::dead_letters::DeadLetterId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "parked_events")]
pub(crate) struct Model {
    /// The order in which they came.
    #[sea_orm(primary_key)]
    pub position: i64,
    #[sea_orm(unique)]
    pub id: DeadLetterId,
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub handler: String,
    pub event_id: EventId,
    pub key: Uuid,
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub name: String,
    pub version: i32,
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    pub occurred_at: DateTime<Utc>,
    #[sea_orm(column_type = "String(StringLen::N(128))")]
    pub request_id: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(55))")]
    pub traceparent: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(16))")]
    pub state: State,
    /// How often it was tried since it was parked or replayed.
    pub attempts: i32,
    /// When it is tried again; for one that waits behind another, not later than that one.
    pub next_attempt_at: DateTime<Utc>,
    /// The failures as a JSON array, the newest last.
    #[sea_orm(column_type = "Text")]
    pub errors: Option<String>,
    pub created_at: DateTime<Utc>,
    pub died_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Keyed for Entity {}

impl Table for Entity {
    fn indexes() -> Vec<Index> {
        vec![
            Index::on(["handler", "key", "position"]).over("state = 'retrying'"),
            Index::on(["next_attempt_at"]).over("state = 'retrying'"),
            Index::on(["created_at", "id"]).over("state = 'dead'"),
        ]
    }
}

/// What becomes of a parked event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It is tried again, and its key waits for it.
    Retrying,
    /// It is a dead letter: nobody waits for it.
    Dead,
}

impl State {
    pub(crate) const ALL: [Self; 2] = [Self::Retrying, Self::Dead];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Retrying => "retrying",
            Self::Dead => "dead",
        }
    }
}

stored_as!(State, text);

impl Model {
    /// The event, as the handler had it first.
    pub(crate) fn incoming(&self) -> Incoming {
        Incoming {
            id: self.event_id,
            name: self.name.as_str().into(),
            // It was a `u16` when it was stored.
            version: u16::try_from(self.version).unwrap_or_default(),
            key: self.key,
            payload: self.payload.as_str().into(),
            occurred_at: self.occurred_at,
            request_id: self.request_id.as_deref().map(Into::into),
            traceparent: self.traceparent.as_deref().map(Into::into),
        }
    }
}
