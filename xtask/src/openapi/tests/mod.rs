//! What of an OpenAPI document breaks clients, part by part.

mod bodies;
mod declarations;
mod operations;
mod real;

use serde_json::{Value, json};

use super::compare::changes;

/// A document with one operation, `GET /things/{id}`.
fn document(operation: &Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "servers": [{ "url": "/" }],
        "paths": { "/things/{id}": { "get": operation } },
    })
}

/// What breaks, and what does not.
fn told(old: &Value, new: &Value) -> (Vec<String>, Vec<String>) {
    let changes = changes(old, new);
    let (breaks, others): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.breaks());
    let keys = |changes: Vec<&super::Change>| changes.into_iter().map(super::Change::key).collect();
    (keys(breaks), keys(others))
}

/// There it breaks with the first, and back nobody is broken, and the second is told.
#[track_caller]
fn breaks_there_only(old: &Value, new: &Value, there: &str, back: &str) {
    let nothing = Vec::<String>::new();
    assert_eq!(told(old, new), (vec![there.to_owned()], nothing.clone()));
    assert_eq!(told(new, old), (nothing, vec![back.to_owned()]));
}
