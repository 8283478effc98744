//! What a message carries beside its payload: the Kafka binding of CloudEvents 1.0 (binary mode),
//! the trace and the request that it came of.

use serde_json::{Value, json};

/// Name, schema, and whether every message has it.
pub(super) fn all() -> Vec<(&'static str, Value, bool)> {
    let text = |about: &str| json!({ "type": "string", "description": about });
    let mut id = text("The event's id: the same however often it arrives.");
    id["format"] = "uuid".into();
    let mut time = text("When it happened (RFC 3339, UTC).");
    time["format"] = "date-time".into();
    let mut specversion = text("The version of CloudEvents.");
    specversion["const"] = "1.0".into();
    let mut version = text("The version of the event, a whole number.");
    version["pattern"] = "^[1-9][0-9]*$".into();
    let mut content_type = text("The payload is JSON.");
    content_type["const"] = "application/json".into();
    vec![
        ("ce_specversion", specversion, true),
        ("ce_id", id, true),
        ("ce_source", text("Which installation it comes from."), true),
        ("ce_type", text("The event's name."), true),
        ("ce_dataversion", version, true),
        ("ce_time", time, true),
        ("content-type", content_type, true),
        (
            "traceparent",
            text("The trace that it belongs to (W3C Trace Context)."),
            false,
        ),
        (
            "x-request-id",
            text("The id of the request that it came of."),
            false,
        ),
    ]
}

/// The schema of all of them.
pub(super) fn schema() -> Value {
    let mut schema = json!({ "type": "object", "properties": {}, "required": [] });
    for (name, header, is_required) in all() {
        schema["properties"][name] = header;
        if let (true, Some(required)) = (is_required, schema["required"].as_array_mut()) {
            required.push(name.into());
        }
    }
    schema
}
