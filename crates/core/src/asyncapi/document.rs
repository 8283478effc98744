//! The AsyncAPI document.

use serde_json::{Map, Value, json};

use super::{
    catalog::{Catalog, Channel, Message},
    headers,
};
use crate::openapi::Info;

/// What holds for every event.
pub(super) const DESCRIPTION: &str = "\
What the domains tell each other, and whoever reads along.

An event is written in the transaction of the change that it tells of: nothing is told that did \
not happen, and nothing that happened is lost. It arrives at least once, and each handler's effect \
happens once. Events about one entity arrive in the order in which they happened.

A channel is a topic of Kafka when `KAFKA_BROKERS` is set; without, events stay in the process. \
Messages are CloudEvents 1.0 in binary mode: the payload as it is, the rest in headers.

A published version only gains fields, so read past those that you do not know. A change that \
would break a reader is a new version, published beside the old one.";

/// No servers: where the brokers are is each installation's own affair.
pub(super) fn render(info: &Info, catalog: &Catalog<'_>) -> Value {
    let tags: Vec<Value> = catalog.domains().into_iter().map(tag).collect();
    let mut channels = Map::new();
    let mut operations = Map::new();
    let mut messages = Map::new();
    for (entity, content) in &catalog.0 {
        channels.insert((*entity).into(), channel(entity, content));
        for message in content.values() {
            messages.insert(message.id(), describe(entity, message));
            operations.extend(sent(entity, message));
            operations.extend(received(entity, message));
        }
    }
    operations.sort_keys();
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": format!("{}: events", info.title),
            "version": info.version,
            "description": DESCRIPTION,
            "license": { "name": "MIT OR Apache-2.0" },
            "tags": tags,
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": messages,
            "schemas": { "headers": headers::schema() },
        },
    })
}

fn channel(entity: &str, content: &Channel<'_>) -> Value {
    let messages: Map<String, Value> = content
        .values()
        .map(Message::id)
        .map(|id| (id.clone(), reference(&["components", "messages", &id])))
        .collect();
    json!({
        "address": format!("{{prefix}}{entity}"),
        "title": entity,
        "description": format!("What happens to each {entity}, in its order."),
        "parameters": {
            "prefix": {
                "description": "The setting `KAFKA_TOPIC_PREFIX`.",
                "default": "ashlar.",
            },
        },
        "messages": messages,
    })
}

fn describe(entity: &str, message: &Message<'_>) -> Value {
    let event = message.event;
    let key = match &event.key {
        Some(property) => format!("The payload's `{property}`."),
        None => format!("The id of the {entity}."),
    };
    let mut value = json!({
        "name": event.name,
        "title": format!("{}, version {}", event.name, event.version),
        "description": event.about,
        "contentType": "application/json",
        "tags": message.publishers.iter().map(|domain| tag(domain)).collect::<Vec<Value>>(),
        "headers": reference(&["components", "schemas", "headers"]),
        "payload": event.schema,
        "bindings": {
            "kafka": {
                "key": { "type": "string", "format": "uuid", "description": key },
                "bindingVersion": "0.5.0",
            },
        },
        "x-version": event.version,
    });
    if let Some(example) = &event.example {
        value["examples"] = json!([{ "payload": example }]);
    }
    if let Some(key) = &event.key {
        value["x-key"] = key.as_str().into();
    }
    value
}

fn sent(entity: &str, message: &Message<'_>) -> Vec<(String, Value)> {
    let id = message.id();
    let operation = |domain: &&str| {
        let value = json!({
            "action": "send",
            "channel": reference(&["channels", entity]),
            "title": format!("{domain} publishes {}", message.event.name),
            "summary": message.event.about,
            "tags": [tag(domain)],
            "messages": [reference(&["channels", entity, "messages", &id])],
        });
        (format!("{domain}.publish.{id}"), value)
    };
    message.publishers.iter().map(operation).collect()
}

fn received(entity: &str, message: &Message<'_>) -> Vec<(String, Value)> {
    let id = message.id();
    let operation = |(domain, handler): &(&str, &str)| {
        let value = json!({
            "action": "receive",
            "channel": reference(&["channels", entity]),
            "title": handler,
            "summary": format!("`{handler}` reads {}.", message.event.name),
            "tags": [tag(domain)],
            "messages": [reference(&["channels", entity, "messages", &id])],
        });
        (format!("{handler}.{id}"), value)
    };
    message.readers.iter().map(operation).collect()
}

fn tag(domain: &str) -> Value {
    json!({ "name": domain })
}

fn reference(path: &[&str]) -> Value {
    json!({ "$ref": format!("#/{}", path.join("/")) })
}
