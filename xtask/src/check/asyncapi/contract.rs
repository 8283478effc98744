//! What of an AsyncAPI document readers rely on.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// The events of one document.
pub(super) struct Contract {
    pub(super) events: BTreeMap<EventId, Event>,
    /// The schema of the headers that every event carries.
    pub(super) headers: Value,
}

/// The name and the version of an event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EventId {
    pub(super) name: String,
    pub(super) version: u64,
}

/// What readers of an event rely on.
pub(super) struct Event {
    /// The topic, with its parameters unfilled.
    pub(super) address: Option<String>,
    pub(super) content_type: Option<String>,
    /// The property of the payload by which events are kept in order.
    pub(super) key: Option<String>,
    pub(super) payload: Value,
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} v{}", self.name, self.version)
    }
}

impl Contract {
    /// The document that `ashlar asyncapi` prints; `None` when the text is something else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let document: Value = serde_json::from_str(text).ok()?;
        let messages = document["components"]["messages"].as_object()?;
        let mut events = BTreeMap::new();
        for (id, message) in messages {
            let text = |name: &str| message[name].as_str().map(str::to_owned);
            let event = Event {
                address: address(&document, id),
                content_type: text("contentType"),
                key: text("x-key"),
                payload: message["payload"].clone(),
            };
            let id = EventId {
                name: text("name")?,
                version: message["x-version"].as_u64()?,
            };
            events.insert(id, event);
        }
        let headers = document["components"]["schemas"]["headers"].clone();
        Some(Self { events, headers })
    }
}

/// The address of the channel that has the message.
fn address(document: &Value, message: &str) -> Option<String> {
    let channels = document["channels"].as_object()?;
    channels
        .values()
        .find(|channel| channel["messages"].get(message).is_some())
        .and_then(|channel| channel["address"].as_str())
        .map(str::to_owned)
}
