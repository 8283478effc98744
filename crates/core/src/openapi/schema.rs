//! What a schema says of values as clients send them.

use serde_json::Value;

/// A query parameter is there or not; it is never null.
pub(super) fn without_null(mut schema: Value) -> Value {
    if let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|one| one != "null");
        if let [only] = types.as_slice() {
            schema["type"] = only.clone();
        }
    }
    if let Some(options) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        options.retain(|one| one["type"] != "null");
        if let [only] = options.as_slice() {
            return only.clone();
        }
    }
    if let Some(object) = schema.as_object_mut() {
        object.retain(|key, value| key != "default" || !value.is_null());
    }
    schema
}

/// What every text that clients send must match besides its own rules: it is refused with a NUL,
/// which PostgreSQL cannot store.
const NO_NUL: &str = "^[^\\u0000]*$";

/// Says of every free text in `schema` that it holds no NUL.
pub(super) fn forbid_nul(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            let text = match object.get("type") {
                Some(Value::String(one)) => one == "string",
                Some(Value::Array(several)) => several.iter().any(|one| one == "string"),
                _ => false,
            };
            let free = ["pattern", "format", "enum", "const"]
                .iter()
                .all(|rule| !object.contains_key(*rule));
            if text && free {
                object.insert("pattern".into(), NO_NUL.into());
            }
            object.values_mut().for_each(forbid_nul);
        }
        Value::Array(items) => items.iter_mut().for_each(forbid_nul),
        _ => {}
    }
}
