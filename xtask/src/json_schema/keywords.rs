//! What keywords mean for the values that a schema allows.

use serde_json::Value;

/// They describe, and allow the same values. `default` is judged where clients rely on it.
const ANNOTATIONS: [&str; 14] = [
    "$comment",
    "$defs",
    "$id",
    "$schema",
    "default",
    "deprecated",
    "description",
    "example",
    "examples",
    "externalDocs",
    "readOnly",
    "title",
    "writeOnly",
    "xml",
];

/// More of them is narrower.
pub(super) const AT_LEAST: [&str; 5] = [
    "exclusiveMinimum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
];

/// Less of them is narrower.
pub(super) const AT_MOST: [&str; 5] = [
    "exclusiveMaximum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
];

/// They have functions of their own.
pub(super) const STRUCTURE: [&str; 7] = [
    "additionalProperties",
    "enum",
    "items",
    "prefixItems",
    "properties",
    "required",
    "type",
];

/// Formats of which each has room for those before it.
const FORMATS: [&[&str]; 3] = [
    &["int8", "int16", "int32", "int64"],
    &["uint8", "uint16", "uint32", "uint64"],
    &["float", "double"],
];

pub(super) fn is_annotation(keyword: &str) -> bool {
    ANNOTATIONS.contains(&keyword) || keyword.starts_with("x-")
}

/// Whether what is written under a keyword allows no more than what is read.
pub(super) fn is_narrower(name: &str, written: &Value, read: &Value) -> bool {
    match (written.as_f64(), read.as_f64()) {
        (Some(written), Some(read)) if AT_LEAST.contains(&name) => written >= read,
        (Some(written), Some(read)) if AT_MOST.contains(&name) => written <= read,
        _ => written == read || (name == "format" && has_room(read, written)),
    }
}

fn has_room(wide: &Value, narrow: &Value) -> bool {
    FORMATS.iter().any(|formats| {
        let place = |format: &Value| formats.iter().position(|name| format == name);
        place(narrow)
            .zip(place(wide))
            .is_some_and(|(narrow, wide)| narrow <= wide)
    })
}

/// Whether a keyword with this value says nothing.
pub(super) fn allows_everything(name: &str, value: &Value) -> bool {
    match name {
        "minLength" | "minItems" | "minProperties" => value == 0,
        "uniqueItems" => value == false,
        _ => false,
    }
}
