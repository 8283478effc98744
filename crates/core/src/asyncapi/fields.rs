//! A payload's fields, one a line, as a person reads them.

use serde_json::Value;

/// One field, however deep.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field<'a> {
    /// `author.name`, `tags[]`.
    pub(super) path: String,
    /// `string (uuid)`, `integer or null`, `"a" or "b"`.
    pub(super) kind: String,
    pub(super) is_required: bool,
    pub(super) about: &'a str,
}

/// The fields of an object, each followed by those inside of it.
pub(super) fn of(schema: &Value) -> Vec<Field<'_>> {
    let mut fields = Vec::new();
    collect(schema, "", &mut fields);
    fields
}

fn collect<'a>(schema: &'a Value, inside: &str, fields: &mut Vec<Field<'a>>) {
    for choice in choices(schema) {
        collect(choice, inside, fields);
    }
    if let Some(items) = schema.get("items") {
        collect(items, &format!("{inside}[]"), fields);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = match inside {
            "" => name.clone(),
            inside => format!("{inside}.{name}"),
        };
        let required = schema["required"].as_array().into_iter().flatten();
        fields.push(Field {
            path: path.clone(),
            kind: kind(property),
            is_required: required.into_iter().any(|one| one == name.as_str()),
            about: property["description"].as_str().unwrap_or_default(),
        });
        collect(property, &path, fields);
    }
}

/// What may stand there, in words.
pub(super) fn kind(schema: &Value) -> String {
    if let Some(value) = schema.get("const") {
        return value.to_string();
    }
    if let Some(values) = schema["enum"].as_array() {
        return joined(values.iter().map(Value::to_string));
    }
    if choices(schema).next().is_some() {
        return joined(choices(schema).map(kind));
    }
    match &schema["type"] {
        Value::Array(types) => joined(types.iter().map(|one| named(one, schema))),
        one => named(one, schema),
    }
}

fn named(name: &Value, schema: &Value) -> String {
    match (name.as_str(), schema["format"].as_str()) {
        (Some("array"), _) => format!("array of {}", kind(&schema["items"])),
        (Some("null"), _) => "null".to_owned(),
        (Some(name), Some(format)) => format!("{name} ({format})"),
        (Some(name), None) => name.to_owned(),
        (None, _) => "anything".to_owned(),
    }
}

fn choices(schema: &Value) -> impl Iterator<Item = &Value> {
    ["anyOf", "oneOf"]
        .into_iter()
        .flat_map(|name| schema[name].as_array().into_iter().flatten())
}

fn joined(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<String>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_listed_with_those_inside_of_them() {
        let schema = json!({
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": { "type": "string", "format": "uuid", "description": "The id." },
                "tags": { "type": "array", "items": {
                    "type": "object", "properties": { "name": { "type": ["string", "null"] } },
                }},
                "colour": { "anyOf": [{ "enum": ["red", "blue"] }, { "type": "null" }] },
            },
        });
        let fields = of(&schema);
        let shown: Vec<_> = fields
            .iter()
            .map(|field| (field.path.as_str(), field.kind.as_str(), field.is_required))
            .collect();
        let expected = [
            ("id", "string (uuid)", true),
            ("tags", "array of object", false),
            ("tags[].name", "string or null", false),
            ("colour", "\"red\" or \"blue\" or null", false),
        ];
        assert_eq!(shown, expected);
        assert_eq!(fields[0].about, "The id.");
    }
}
