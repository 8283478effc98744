//! Whether a reader who relies on one JSON Schema can read what another describes.
//!
//! Events are written by one and read by many, so the rule is that of an answer, not of a request:
//! whatever the current schema allows, the published one must have allowed, except for properties
//! that it did not name. To narrow is fine, to widen is not. What cannot be judged (a pattern that
//! changed, a keyword unknown here) counts as widened.

mod alternatives;
#[cfg(test)]
mod tests;

use serde_json::Value;

use alternatives::{Plain, alternatives, is_within, type_name, values};

/// What of the current schema a reader of the published one would stumble over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Break {
    /// Where, as in `/author/name`; empty is the whole. `[]` is an array's item, `*` a map's value.
    pub(super) path: String,
    /// What is wrong there, as the rest of a sentence.
    pub(super) what: String,
}

const GONE: &str = "is gone";

/// They describe, and allow the same values.
const ANNOTATIONS: [&str; 10] = [
    "$comment",
    "$id",
    "$schema",
    "default",
    "deprecated",
    "description",
    "examples",
    "readOnly",
    "title",
    "writeOnly",
];

/// More of them is narrower.
const AT_LEAST: [&str; 5] = [
    "exclusiveMinimum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
];

/// Less of them is narrower.
const AT_MOST: [&str; 5] = [
    "exclusiveMaximum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
];

/// They have functions of their own below.
const STRUCTURE: [&str; 8] = [
    "additionalProperties",
    "const",
    "enum",
    "items",
    "prefixItems",
    "properties",
    "required",
    "type",
];

/// What a reader of `published` would stumble over in `current`.
pub(super) fn breaks(published: &Value, current: &Value) -> Vec<Break> {
    compare(published, current, "")
}

fn compare(published: &Value, current: &Value, path: &str) -> Vec<Break> {
    match (published, current) {
        (_, Value::Bool(false)) | (Value::Bool(true), _) => Vec::new(),
        (Value::Bool(false), _) => vec![broken(path, "was never there, and may be now")],
        _ => alternatives(current)
            .iter()
            .flat_map(|current| fewest_breaks(published, current, path))
            .collect(),
    }
}

/// None when one of the published alternatives has room for the current one; else those against the
/// most similar.
fn fewest_breaks(published: &Value, current: &Plain, path: &str) -> Vec<Break> {
    alternatives(published)
        .iter()
        .map(|published| {
            let is_of_type = is_within(type_name(current), type_name(published));
            (!is_of_type, compare_plain(published, current, path))
        })
        .min_by_key(|(is_of_other_type, breaks)| (*is_of_other_type, breaks.len()))
        .map(|(_, breaks)| breaks)
        .unwrap_or_default()
}

fn compare_plain(published: &Plain, current: &Plain, path: &str) -> Vec<Break> {
    let (was, is) = (type_name(published), type_name(current));
    if !is_within(is, was) {
        let (is, was) = (is.unwrap_or("anything"), was.unwrap_or("anything"));
        return vec![broken(path, format!("may be {is} now, and was {was}"))];
    }
    let mut breaks = compare_values(published, current, path);
    breaks.extend(compare_keywords(published, current, path));
    breaks.extend(compare_items(published, current, path));
    breaks.extend(compare_properties(published, current, path));
    breaks.extend(compare_others(published, current, path));
    breaks
}

fn compare_values(published: &Plain, current: &Plain, path: &str) -> Vec<Break> {
    match (values(published), values(current)) {
        (None, _) => Vec::new(),
        (Some(_), None) => vec![broken(path, "may be any value now, and was one of a list")],
        (Some(was), Some(is)) => is
            .iter()
            .filter(|value| !was.contains(value))
            .map(|value| broken(path, format!("may be {value} now")))
            .collect(),
    }
}

/// Limits, and everything without a function of its own.
fn compare_keywords(published: &Plain, current: &Plain, path: &str) -> Vec<Break> {
    let mut breaks = Vec::new();
    let has_function = |name: &str| ANNOTATIONS.contains(&name) || STRUCTURE.contains(&name);
    for (name, was) in published.iter().filter(|(name, _)| !has_function(name)) {
        if name.starts_with("x-") || allows_everything(name, was) {
            continue;
        }
        let Some(is) = current.get(name) else {
            breaks.push(broken(
                path,
                format!("has no `{name}` any more, and had {was}"),
            ));
            continue;
        };
        let is_narrower = match (was.as_f64(), is.as_f64()) {
            (Some(was), Some(is)) if AT_LEAST.contains(&name.as_str()) => is >= was,
            (Some(was), Some(is)) if AT_MOST.contains(&name.as_str()) => is <= was,
            _ => is == was,
        };
        if !is_narrower {
            breaks.push(broken(
                path,
                format!("has `{name}` {is} now, and had {was}"),
            ));
        }
    }
    breaks
}

fn allows_everything(name: &str, value: &Value) -> bool {
    match name {
        "minLength" | "minItems" | "minProperties" => value == 0,
        "uniqueItems" => value == false,
        _ => false,
    }
}

fn compare_items(published: &Plain, current: &Plain, path: &str) -> Vec<Break> {
    let mut breaks = Vec::new();
    if let Some(was) = published.get("items") {
        let is = current.get("items").unwrap_or(&Value::Bool(true));
        breaks.extend(compare(was, is, &format!("{path}/[]")));
    }
    if let Some(Value::Array(was)) = published.get("prefixItems") {
        let is = current.get("prefixItems").and_then(Value::as_array);
        match is.filter(|is| is.len() == was.len()) {
            None => breaks.push(broken(path, "has items in other places now")),
            Some(is) => {
                for (place, (was, is)) in was.iter().zip(is).enumerate() {
                    breaks.extend(compare(was, is, &format!("{path}/{place}")));
                }
            }
        }
    }
    breaks
}

fn compare_properties(published: &Plain, current: &Plain, path: &str) -> Vec<Break> {
    let mut breaks = Vec::new();
    let current_properties = properties(current);
    for (name, was) in properties(published) {
        let path = format!("{path}/{name}");
        match current_properties.iter().find(|(other, _)| *other == name) {
            None => breaks.push(broken(&path, GONE)),
            Some((_, is)) => breaks.extend(compare(was, is, &path)),
        }
    }
    for name in required(published) {
        let path = format!("{path}/{name}");
        let is_gone = breaks
            .iter()
            .any(|broken| broken.path == path && broken.what == GONE);
        if !is_gone && !required(current).contains(&name) {
            breaks.push(broken(&path, "may be absent now"));
        }
    }
    breaks
}

/// What the published schema says of properties that it does not name.
fn compare_others(published: &Plain, current: &Plain, path: &str) -> Vec<Break> {
    let Some(was) = published.get("additionalProperties") else {
        return Vec::new();
    };
    let is = current.get("additionalProperties");
    let is = is.unwrap_or(&Value::Bool(true));
    let mut breaks = compare(was, is, &format!("{path}/*"));
    let known = properties(published);
    for (name, is) in properties(current) {
        if !known.iter().any(|(other, _)| *other == name) {
            breaks.extend(compare(was, is, &format!("{path}/{name}")));
        }
    }
    breaks
}

fn properties(schema: &Plain) -> Vec<(&String, &Value)> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().collect()
}

fn required(schema: &Plain) -> Vec<&str> {
    let required = schema.get("required").and_then(Value::as_array);
    let names = required.into_iter().flatten();
    names.filter_map(Value::as_str).collect()
}

fn broken(path: &str, what: impl Into<String>) -> Break {
    Break {
        path: path.to_owned(),
        what: what.into(),
    }
}
