//! What the document and the page tell of domains.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Document;
use crate::{
    database::Transaction,
    domain::Domain,
    events::{Event, Handle, Received},
    openapi::Info,
    retry::Failure,
};

/// A stone was cut.
#[derive(Serialize, Deserialize, JsonSchema)]
struct StoneCut {
    /// Who cut it.
    mason_id: Uuid,
    /// Which.
    stone_id: Uuid,
    /// How long, in <mm>.
    length: Option<u32>,
}

impl Event for StoneCut {
    const NAME: &'static str = "stone.cut";
    const VERSION: u16 = 2;
    const ABOUT: &'static str = "A stone & its `length`.";

    fn key(&self) -> Uuid {
        self.stone_id
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct MasonLeft {
    mason: Mason,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Mason {
    id: Uuid,
}

impl Event for MasonLeft {
    const NAME: &'static str = "mason.left";
    const ABOUT: &'static str = "A mason is gone.";

    fn key(&self) -> Uuid {
        self.mason.id
    }
}

struct Count;

impl<E: Event> Handle<E> for Count {
    async fn handle(&self, _: &Transaction, _: &Received<E>) -> Result<(), Failure> {
        Ok(())
    }
}

fn yard() -> Domain {
    Domain::new("yard", "Stones").publishes::<StoneCut>()
}

fn ledger() -> Domain {
    Domain::new("ledger", "Accounts")
        .handles::<StoneCut>("ledger.count", Count)
        .handles::<MasonLeft>("ledger.close", Count)
}

fn document(domains: &[Domain]) -> Document {
    let info = Info {
        title: "Quarry <1>".to_owned(),
        version: "1.2.3".to_owned(),
        description: "Of the HTTP API alone.".to_owned(),
    };
    Document::new(&info, domains)
}

fn at<'a>(document: &'a Document, path: &str) -> &'a Value {
    let value = document.as_value().pointer(path);
    value.unwrap_or_else(|| panic!("nothing at {path}: {document}"))
}

#[test]
fn the_order_of_domains_is_no_matter() {
    let one = document(&[yard(), ledger()]);
    let other = document(&[ledger(), yard()]);
    assert_eq!(one.to_string(), other.to_string());
    assert_eq!(one.page(), other.page());
}

#[test]
fn a_channel_has_the_messages_of_its_entity() {
    let document = document(&[yard(), ledger()]);
    assert_eq!(at(&document, "/channels/stone/address"), "{prefix}stone");
    let messages = json!({ "stone.cut.v2": { "$ref": "#/components/messages/stone.cut.v2" } });
    assert_eq!(*at(&document, "/channels/stone/messages"), messages);
    // What is read and published by nobody here comes from elsewhere.
    assert_eq!(at(&document, "/channels/mason/address"), "{prefix}mason");
}

#[test]
fn a_message_tells_its_payload_key_and_example() {
    let document = document(&[yard()]);
    let message = at(&document, "/components/messages/stone.cut.v2");
    assert_eq!(message["name"], "stone.cut");
    assert_eq!(message["x-version"], 2);
    assert_eq!(message["x-key"], "stone_id", "and not the first id");
    assert_eq!(
        message["payload"]["properties"]["mason_id"]["description"],
        "Who cut it."
    );
    assert_eq!(message["headers"]["$ref"], "#/components/schemas/headers");
    let example = &message["examples"][0]["payload"];
    assert!(
        serde_json::from_value::<StoneCut>(example.clone()).is_ok(),
        "{example}"
    );
}

#[test]
fn a_key_inside_of_an_object_is_not_named() {
    let document = document(&[ledger()]);
    let message = at(&document, "/components/messages/mason.left.v1");
    assert_eq!(message.get("x-key"), None);
    assert!(message["examples"][0]["payload"]["mason"]["id"].is_string());
}

#[test]
fn who_publishes_sends_and_each_handler_receives() {
    let document = document(&[yard(), ledger()]);
    let operations = at(&document, "/operations").as_object().unwrap();
    let shown: Vec<_> = operations
        .iter()
        .map(|(id, one)| (id.as_str(), one["action"].as_str().unwrap()))
        .collect();
    let expected = [
        ("ledger.close.mason.left.v1", "receive"),
        ("ledger.count.stone.cut.v2", "receive"),
        ("yard.publish.stone.cut.v2", "send"),
    ];
    assert_eq!(shown, expected);
    let received = &operations["ledger.count.stone.cut.v2"];
    assert_eq!(received["title"], "ledger.count");
    assert_eq!(received["channel"]["$ref"], "#/channels/stone");
    let message = "#/channels/stone/messages/stone.cut.v2";
    assert_eq!(received["messages"], json!([{ "$ref": message }]));
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document(&[yard(), ledger()]);
    let text = document.to_string();
    let references: Vec<&str> = text
        .split("\"$ref\": \"#")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(references.len() > 8, "{references:?}");
    for reference in references {
        at(&document, reference);
    }
}

#[test]
fn without_events_there_is_a_document_still() {
    let document = document(&[Domain::new("yard", "Stones")]);
    assert_eq!(*at(&document, "/channels"), json!({}));
    assert!(document.page().contains("<main>"));
}

#[test]
fn the_page_shows_each_event_and_runs_no_script() {
    let document = document(&[yard(), ledger()]);
    let page = document.page();
    for shown in [
        "<title>Quarry &lt;1&gt;: events</title>",
        "<a href=\"#stone.cut.v2\">",
        "<h3 id=\"stone.cut.v2\">stone.cut <small>version 2</small></h3>",
        "A stone &amp; its <code>length</code>.",
        "<dt>Published by</dt><dd><code>yard</code></dd>",
        "<dt>Read by</dt><dd><code>ledger.count</code></dd>",
        "<dt>Published by</dt><dd>nobody</dd>",
        "<dt>Key</dt><dd><code>stone_id</code></dd>",
        "integer (uint32) or null</td><td>no</td><td>How long, in &lt;mm&gt;.</td>",
        "<code>mason.id</code>",
        "<code>ce_id</code>",
    ] {
        assert!(page.contains(shown), "no {shown} in {page}");
    }
    assert!(!page.contains("<script"), "{page}");
}
