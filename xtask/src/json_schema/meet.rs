//! What two schemas allow both: `allOf`, and what stands beside alternatives.

use serde_json::{Map, Value, json};

use super::alternatives::{Plain, is_within};
use super::keywords::{AT_LEAST, AT_MOST, is_annotation};

/// The schema that allows what both allow.
pub(super) fn meet(one: &Plain, other: &Value) -> Value {
    let Some(other) = other.as_object() else {
        return match other {
            Value::Bool(false) => Value::Bool(false),
            _ => one.clone().into(),
        };
    };
    let mut met = normal(other);
    for (name, value) in normal(one) {
        let value = match met.remove(&name) {
            None => value,
            Some(other) if other == value => value,
            Some(other) => both(&name, value, other),
        };
        met.insert(name, value);
    }
    met.into()
}

/// One way to write what has two: `const` is an `enum`, and `unevaluatedProperties` stands for all branches together.
pub(super) fn normal(schema: &Plain) -> Plain {
    let mut schema = schema.clone();
    if let Some(value) = schema.remove("const") {
        schema.insert("enum".into(), json!([value]));
    }
    if let Some(others) = schema.remove("unevaluatedProperties") {
        schema.entry("additionalProperties").or_insert(others);
    }
    schema
}

/// A keyword with two values of which both hold.
fn both(name: &str, one: Value, other: Value) -> Value {
    match (name, one, other) {
        ("properties", Value::Object(one), Value::Object(other)) => properties(one, other),
        ("required" | "allOf", Value::Array(mut one), Value::Array(other)) => {
            let further = other.into_iter().filter(|value| !one.contains(value));
            let further: Vec<Value> = further.collect();
            one.extend(further);
            one.into()
        }
        ("anyOf" | "oneOf", Value::Array(one), Value::Array(other)) => {
            let pairs = one
                .iter()
                .flat_map(|one| other.iter().map(move |other| (one, other)));
            pairs
                .map(|(one, other)| json!({ "allOf": [one, other] }))
                .collect()
        }
        ("type", one, other) => types(&one, &other),
        ("enum", Value::Array(one), Value::Array(other)) => {
            let shared = one.into_iter().filter(|value| other.contains(value));
            shared.collect()
        }
        ("items" | "additionalProperties", one, other) => json!({ "allOf": [one, other] }),
        (name, one, other) if AT_LEAST.contains(&name) && is_less(&one, &other) => other,
        (name, one, other) if AT_MOST.contains(&name) && is_less(&other, &one) => other,
        (name, one, _) if AT_LEAST.contains(&name) || AT_MOST.contains(&name) => one,
        (name, one, _) if is_annotation(name) => one,
        // It is judged as a whole.
        (_, one, other) => json!([one, other]),
    }
}

fn properties(mut one: Map<String, Value>, other: Map<String, Value>) -> Value {
    for (name, value) in other {
        let value = match one.remove(&name) {
            Some(known) if known != value => json!({ "allOf": [known, value] }),
            _ => value,
        };
        one.insert(name, value);
    }
    one.into()
}

fn types(one: &Value, other: &Value) -> Value {
    let names = |value: &Value| -> Vec<String> {
        match value {
            Value::Array(names) => names
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            value => value.as_str().map(str::to_owned).into_iter().collect(),
        }
    };
    let (one, other) = (names(one), names(other));
    let of = |names: &[String], among: &[String]| -> Vec<Value> {
        let fits = |name: &&String| among.iter().any(|wide| is_within(Some(name), Some(wide)));
        names
            .iter()
            .filter(fits)
            .map(|name| name.as_str().into())
            .collect()
    };
    let mut shared = of(&one, &other);
    let further = of(&other, &one)
        .into_iter()
        .filter(|name| !shared.contains(name));
    let further: Vec<Value> = further.collect();
    shared.extend(further);
    shared.into()
}

fn is_less(one: &Value, other: &Value) -> bool {
    one.as_f64() < other.as_f64()
}
