//! A schema as the list of the plain ones of which a value meets one.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// A schema of one type, or of any, without alternatives.
pub(super) type Plain = Map<String, Value>;

/// `anyOf`, `oneOf` and a list of types, spread out.
pub(super) fn alternatives(schema: &Value) -> Vec<Plain> {
    let Some(schema) = schema.as_object() else {
        return vec![Plain::new()];
    };
    for choice in ["anyOf", "oneOf"] {
        if let Some(Value::Array(branches)) = schema.get(choice) {
            let mut rest = schema.clone();
            rest.remove(choice);
            return branches
                .iter()
                .flat_map(|branch| alternatives(&merged(&rest, branch)))
                .collect();
        }
    }
    let types = types(schema);
    if types.is_empty() {
        return vec![schema.clone()];
    }
    types
        .iter()
        .filter_map(|name| only_of_type(schema, name))
        .collect()
}

/// What stands beside the alternatives holds for each of them.
fn merged(beside: &Plain, branch: &Value) -> Value {
    let Some(branch) = branch.as_object() else {
        return branch.clone();
    };
    let mut merged = branch.clone();
    for (name, value) in beside {
        match (merged.get_mut(name), value) {
            (None, _) => {
                merged.insert(name.clone(), value.clone());
            }
            (Some(Value::Object(inner)), Value::Object(outer)) if name == "properties" => {
                inner.extend(outer.clone());
            }
            (Some(Value::Array(inner)), Value::Array(outer)) if name == "required" => {
                inner.extend(outer.clone());
            }
            // The branch is the narrower of the two, or nothing would fit both.
            (Some(_), _) => {}
        }
    }
    merged.into()
}

/// The types that a value may have; empty when any.
fn types(schema: &Plain) -> Vec<&str> {
    match (schema.get("type"), values(schema)) {
        (Some(Value::String(name)), _) => vec![name],
        (Some(Value::Array(names)), _) => names.iter().filter_map(Value::as_str).collect(),
        (_, Some(values)) => {
            let mut types: Vec<&str> = values.iter().map(type_of).collect();
            types.sort_unstable();
            types.dedup();
            types
        }
        _ => Vec::new(),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The schema without what says nothing of this type; `None` when no listed value is of it.
fn only_of_type(schema: &Plain, name: &str) -> Option<Plain> {
    let mut plain: Plain = schema
        .iter()
        .filter(|(keyword, _)| applies_to(keyword, name))
        .map(|(keyword, value)| (keyword.clone(), value.clone()))
        .collect();
    if let Some(values) = values(schema) {
        let of_type = |value: &&Value| is_within(Some(type_of(value)), Some(name));
        let values: Vec<Value> = values.iter().filter(of_type).cloned().collect();
        if values.is_empty() {
            return None;
        }
        plain.remove("const");
        plain.remove("enum");
        // There is one null only.
        if name != "null" {
            plain.insert("enum".into(), values.into());
        }
    }
    plain.insert("type".into(), name.into());
    Some(plain)
}

fn applies_to(keyword: &str, name: &str) -> bool {
    let applies: &[&str] = match keyword {
        "minLength" | "maxLength" | "pattern" => &["string"],
        "format" => &["string", "integer", "number"],
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
            &["integer", "number"]
        }
        "items" | "prefixItems" | "minItems" | "maxItems" | "uniqueItems" => &["array"],
        "properties" | "required" | "additionalProperties" | "minProperties" | "maxProperties" => {
            &["object"]
        }
        _ => return true,
    };
    applies.contains(&name)
}

/// The type that a value must have; `None` when it may have any.
pub(super) fn type_name(schema: &Plain) -> Option<&str> {
    schema.get("type").and_then(Value::as_str)
}

/// Whether every value of the one type is also of the other.
pub(super) fn is_within(is: Option<&str>, was: Option<&str>) -> bool {
    was.is_none() || is == was || (is, was) == (Some("integer"), Some("number"))
}

/// The values of `enum` or `const`.
pub(super) fn values(schema: &Plain) -> Option<Cow<'_, [Value]>> {
    match (schema.get("enum"), schema.get("const")) {
        (Some(Value::Array(values)), _) => Some(Cow::Borrowed(values)),
        (_, Some(value)) => Some(Cow::Owned(vec![value.clone()])),
        _ => None,
    }
}
