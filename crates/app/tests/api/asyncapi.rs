//! The contract of the events: what is served, and what every event owes who reads it.

use std::collections::BTreeSet;

use ashlar_testkit::World;
use serde_json::Value;

use crate::serve;

/// The name of each message, and the message.
fn messages(document: &Value) -> impl Iterator<Item = (&String, &Value)> {
    document["components"]["messages"]
        .as_object()
        .expect("messages")
        .iter()
}

/// The messages of the operations with this action.
fn concerned<'a>(document: &'a Value, action: &str) -> BTreeSet<&'a str> {
    let operations = document["operations"]
        .as_object()
        .expect("operations")
        .values();
    operations
        .filter(|operation| operation["action"] == action)
        .map(|operation| {
            operation["messages"][0]["$ref"]
                .as_str()
                .expect("a message")
        })
        .collect()
}

on_sqlite! {
    async fn the_document_is_served_as_it_is_committed(world: World) {
        let app = serve(&world).await;
        let served = app.anonymous().get("/asyncapi.json").send().await;
        assert_eq!(served.header("content-type"), Some("application/json"));
        let committed = include_str!("../../../../docs/asyncapi.json");
        assert_eq!(served.assert_status(200).text(), committed);
    }

    async fn the_page_shows_every_message(world: World) {
        let app = serve(&world).await;
        let document = app.anonymous().get("/asyncapi.json").send().await.json();
        let page = app.anonymous().get("/asyncapi").send().await;
        for (id, message) in messages(&document) {
            assert!(page.text().contains(&format!("id=\"{id}\"")), "{id}");
            let name = message["name"].as_str().expect("a name");
            assert!(page.text().contains(name), "{name}");
        }
    }

    async fn every_event_that_is_read_is_published(world: World) {
        let app = serve(&world).await;
        let document = app.anonymous().get("/asyncapi.json").send().await.json();
        let published = concerned(&document, "send");
        assert!(!published.is_empty());
        for read in concerned(&document, "receive") {
            assert!(published.contains(read), "nobody publishes {read}");
        }
    }

    async fn every_event_is_described_with_a_key_and_a_valid_example(world: World) {
        let app = serve(&world).await;
        let document = app.anonymous().get("/asyncapi.json").send().await.json();
        for (id, message) in messages(&document) {
            let payload = &message["payload"];
            let key = message["x-key"].as_str().unwrap_or_else(|| panic!("{id} has no key"));
            assert!(payload["properties"][key].is_object(), "{id}: {key}");
            let required = payload["required"].as_array().expect("required properties");
            assert!(required.iter().any(|name| name == key), "{id} may have no {key}");
            for (name, property) in payload["properties"].as_object().expect("properties") {
                assert!(property["description"].is_string(), "{id}: {name} is not described");
            }
            let validator = jsonschema::validator_for(payload).expect("a schema");
            let example = &message["examples"][0]["payload"];
            assert!(validator.is_valid(example), "{id}: {example}");
            assert!(!validator.is_valid(&Value::Null), "{id} takes anything");
        }
    }
}
