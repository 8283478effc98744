//! What an event is.

use chrono::{DateTime, Utc};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use crate::ids::{Id, Identified};

/// Something that happened, in the words that all domains share. Event types live in
/// `ashlar-contracts`, one file a domain that publishes.
///
/// A published version never changes in a way that breaks who reads it: fields may be added, and
/// nothing else; a change that would break is a new [`VERSION`](Event::VERSION), published beside
/// the old one until nobody reads that any more.
pub trait Event: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// `<entity>.<what happened>`, as in `post.created`.
    const NAME: &'static str;

    /// The version of its schema.
    const VERSION: u16 = 1;

    /// When it is published, in a sentence.
    const ABOUT: &'static str;

    /// The id of the entity that it is about. Events about one entity arrive in the order in which
    /// they were published.
    fn key(&self) -> Uuid;
}

/// Marks the ids of events.
pub enum Occurrence {}

impl Identified for Occurrence {
    const PARAMETER: &'static str = "event_id";
}

/// The id of an event.
pub type EventId = Id<Occurrence>;

/// An event as a handler gets it.
#[derive(Clone, Debug)]
pub struct Received<E> {
    /// Its id: the same however often it arrives.
    pub id: EventId,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// What happened.
    pub event: E,
}

/// What is known of an event type without knowing it at compile time.
#[derive(Clone, Debug)]
pub struct EventType {
    /// [`Event::NAME`].
    pub name: &'static str,
    /// [`Event::VERSION`].
    pub version: u16,
    /// [`Event::ABOUT`].
    pub about: &'static str,
    /// The JSON Schema (2020-12) of its payload, whole in itself.
    pub schema: Value,
}

impl EventType {
    /// The description of `E`.
    pub fn of<E: Event>() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.meta_schema = None;
            settings.inline_subschemas = true;
        });
        Self {
            name: E::NAME,
            version: E::VERSION,
            about: E::ABOUT,
            schema: SchemaGenerator::new(settings)
                .into_root_schema_for::<E>()
                .to_value(),
        }
    }
}
