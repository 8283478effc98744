//! What an event is.

use chrono::{DateTime, Utc};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use super::example;
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
    /// A payload; none when the schema tells too little to make one.
    pub example: Option<Value>,
    /// The property of the payload that is the [key](Event::key), as the example shows it.
    pub key: Option<String>,
}

impl EventType {
    /// The description of `E`.
    pub fn of<E: Event>() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.meta_schema = None;
            settings.inline_subschemas = true;
        });
        let schema = SchemaGenerator::new(settings)
            .into_root_schema_for::<E>()
            .to_value();
        // Read and written again, so that it is what the code makes of it.
        let event: Option<E> = serde_json::from_value(example::of(&schema)).ok();
        let example = event
            .as_ref()
            .and_then(|event| serde_json::to_value(event).ok());
        let key = event
            .zip(example.as_ref())
            .and_then(|(event, example)| key(event.key(), example));
        Self {
            name: E::NAME,
            version: E::VERSION,
            about: E::ABOUT,
            schema,
            example,
            key,
        }
    }
}

/// The name of the property with this value.
fn key(value: Uuid, payload: &Value) -> Option<String> {
    let value = value.to_string();
    let mut properties = payload.as_object()?.iter();
    properties
        .find(|(_, property)| property.as_str() == Some(&value))
        .map(|(name, _)| name.clone())
}
