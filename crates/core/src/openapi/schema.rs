//! What a schema says of values as clients send them.

use schemars::Schema;
use serde_json::Value;

/// Texts of which each has a description are one list of texts: a generated client makes a type of that, and of
/// alternatives only a riddle. What is said of each goes into the description of the whole.
pub(super) fn list_texts(schema: &mut Schema) {
    let Some(Value::Array(alternatives)) = schema.get("oneOf") else {
        return;
    };
    let texts: Option<Vec<&str>> = alternatives
        .iter()
        .map(|one| one["const"].as_str())
        .collect();
    let Some(texts) = texts else { return };
    let described = texts.iter().zip(alternatives).filter_map(|(text, one)| {
        let description = one["description"].as_str()?;
        Some(format!("- `{text}`: {description}"))
    });
    let list = described.collect::<Vec<_>>().join("\n");
    let whole = schema.get("description").and_then(Value::as_str);
    let parts: Vec<&str> = whole.into_iter().chain([list.as_str()]).collect();
    let (description, texts) = (parts.join("\n\n"), Value::from(texts));
    schema.remove("oneOf");
    schema.insert("type".into(), "string".into());
    schema.insert("enum".into(), texts);
    if !description.is_empty() {
        schema.insert("description".into(), description.into());
    }
}

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn listed(schema: Value) -> Value {
        let mut schema = Schema::try_from(schema).expect("a schema");
        list_texts(&mut schema);
        schema.to_value()
    }

    #[test]
    fn described_texts_become_one_list() {
        let todo = json!({ "type": "string", "const": "todo", "description": "Not begun." });
        let done = json!({ "type": "string", "const": "done" });
        assert_eq!(
            listed(json!({ "oneOf": [todo, done], "description": "How far." })),
            json!({
                "type": "string",
                "enum": ["todo", "done"],
                "description": "How far.\n\n- `todo`: Not begun.",
            })
        );
    }

    #[test]
    fn other_alternatives_stay() {
        let alternatives = json!({ "oneOf": [{ "const": "a" }, { "type": "object" }] });
        assert_eq!(listed(alternatives.clone()), alternatives);
    }
}
