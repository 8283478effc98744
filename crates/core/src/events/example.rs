//! An example of a type, made from its JSON Schema.

use serde_json::{Map, Value};

/// A value that `schema` describes: its own examples where it has some, else the plainest value of
/// its type. No two ids in it are the same, so that one is not taken for the other.
pub(super) fn of(schema: &Value) -> Value {
    Examples { ids: 0 }.value(schema)
}

struct Examples {
    ids: u8,
}

impl Examples {
    fn value(&mut self, schema: &Value) -> Value {
        if schema["format"] == "uuid" {
            return self.id().into();
        }
        let given = [
            &schema["const"],
            &schema["enum"][0],
            &schema["examples"][0],
            &schema["default"],
        ];
        if let Some(given) = given.into_iter().find(|value| !value.is_null()) {
            return given.clone();
        }
        for choice in ["anyOf", "oneOf"] {
            if let Some(first) = schema[choice].get(0) {
                return self.value(first);
            }
        }
        self.plain(schema)
    }

    fn plain(&mut self, schema: &Value) -> Value {
        let kind = schema["type"].as_str().or(schema["type"][0].as_str());
        match kind {
            Some("object") => self.object(schema),
            Some("array") => Value::Array(vec![self.value(&schema["items"])]),
            Some("string") => text(schema).into(),
            Some("integer" | "number") => match &schema["minimum"] {
                Value::Number(least) => least.clone().into(),
                _ => 1.into(),
            },
            Some("boolean") => false.into(),
            _ => Value::Null,
        }
    }

    fn object(&mut self, schema: &Value) -> Value {
        let properties = schema["properties"].as_object().into_iter().flatten();
        let object: Map<String, Value> = properties
            .map(|(name, schema)| (name.clone(), self.value(schema)))
            .collect();
        object.into()
    }

    fn id(&mut self) -> String {
        self.ids = self.ids.wrapping_add(1);
        format!("0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b{:02x}", self.ids)
    }
}

fn text(schema: &Value) -> &'static str {
    match schema["format"].as_str() {
        Some("date-time") => "2026-01-31T12:00:00Z",
        Some("date") => "2026-01-31",
        Some("time" | "partial-time") => "12:00:00",
        Some("email") => "ada@example.org",
        Some("uri") => "https://example.org/",
        _ => "text",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_type_has_a_plain_value() {
        let schema = json!({ "type": "object", "properties": {
            "a": { "type": "string" },
            "b": { "type": ["integer", "null"], "minimum": 7 },
            "c": { "type": "boolean" },
            "d": { "type": "array", "items": { "type": "string", "format": "date" } },
            "e": { "type": "object", "properties": { "f": { "type": "null" } } },
        }});
        let expected =
            json!({ "a": "text", "b": 7, "c": false, "d": ["2026-01-31"], "e": { "f": null } });
        assert_eq!(of(&schema), expected);
    }

    #[test]
    fn what_the_schema_gives_comes_first() {
        for schema in [
            json!({ "const": "x" }),
            json!({ "enum": ["x", "y"] }),
            json!({ "type": "string", "examples": ["x"] }),
            json!({ "type": "string", "default": "x" }),
            json!({ "anyOf": [{ "const": "x" }, { "type": "null" }] }),
        ] {
            assert_eq!(of(&schema), "x", "{schema}");
        }
    }

    #[test]
    fn no_two_ids_are_the_same() {
        let id = json!({ "type": "string", "format": "uuid", "examples": ["same"] });
        let schema = json!({ "type": "object", "properties": { "a": id, "b": id } });
        let example = of(&schema);
        assert_ne!(example["a"], example["b"]);
    }
}
