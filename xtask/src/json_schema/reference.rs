//! Where `$ref` leads.

use std::collections::BTreeSet;

use serde_json::Value;

/// What a reference leads to inside of its document.
pub(super) fn target<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    document.pointer(reference.strip_prefix('#')?)
}

/// The name of what a reference leads to.
pub(super) fn name(reference: &str) -> Option<&str> {
    reference.rsplit('/').next().filter(|name| !name.is_empty())
}

/// Every reference in a value, wherever it stands.
pub(super) fn all(value: &Value) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    collect(value, &mut found);
    found
}

fn collect<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("$ref").and_then(Value::as_str));
            object.values().for_each(|value| collect(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}

/// The references whose targets are the same in both documents, and refer to nothing else.
pub(super) fn unchanged(old: &Value, new: &Value) -> BTreeSet<String> {
    let mut targets: Vec<(&str, BTreeSet<&str>)> = Vec::new();
    for reference in all(old).union(&all(new)) {
        if let (Some(was), Some(is)) = (target(old, reference), target(new, reference))
            && was == is
        {
            targets.push((reference, all(was)));
        }
    }
    loop {
        let names: BTreeSet<&str> = targets.iter().map(|(name, _)| *name).collect();
        let before = targets.len();
        targets.retain(|(_, further)| further.is_subset(&names));
        if targets.len() == before {
            return names.into_iter().map(str::to_owned).collect();
        }
    }
}
