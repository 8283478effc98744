//! What breaks who reads an answer, keyword by keyword.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a table of schemas reads better without borrows"
)]

use serde_json::{Value, json};

use super::breaks;

fn told(published: Value, current: Value) -> Vec<String> {
    breaks(&published, &current)
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// The current schema reads on, but the published one would not read the current one's narrower
/// values as its own: the way back breaks, so the comparison can fail.
#[track_caller]
fn narrows(published: Value, current: Value) {
    assert_eq!(
        told(published.clone(), current.clone()),
        Vec::<String>::new()
    );
    assert_ne!(
        told(current, published),
        Vec::<String>::new(),
        "the way back"
    );
}

#[track_caller]
fn equals(published: Value, current: Value) {
    assert_eq!(
        told(published.clone(), current.clone()),
        Vec::<String>::new()
    );
    assert_eq!(
        told(current, published),
        Vec::<String>::new(),
        "the way back"
    );
}

#[track_caller]
fn breaks_with(published: Value, current: Value, expected: &[&str]) {
    assert_eq!(told(published, current), expected);
}

fn object(properties: Value, required: Value) -> Value {
    json!({ "type": "object", "properties": properties, "required": required })
}

#[test]
fn a_description_may_change() {
    equals(
        json!({ "type": "string", "description": "a", "examples": ["a"], "title": "A", "x-a": 1 }),
        json!({ "type": "string", "description": "b", "default": "c", "deprecated": true }),
    );
}

#[test]
fn a_property_may_be_added() {
    let old = object(json!({ "a": { "type": "string" } }), json!(["a"]));
    let both = json!({ "a": { "type": "string" }, "b": { "type": "integer" } });
    for required in [json!(["a"]), json!(["a", "b"])] {
        narrows(old.clone(), object(both.clone(), required));
    }
}

#[test]
fn a_property_may_not_go_or_get_another_name() {
    let old = object(json!({ "a": { "type": "string" } }), json!(["a"]));
    breaks_with(old.clone(), object(json!({}), json!([])), &["/a is gone"]);
    let renamed = object(json!({ "b": { "type": "string" } }), json!(["b"]));
    breaks_with(old, renamed, &["/a is gone"]);
}

#[test]
fn an_optional_property_may_not_go_either() {
    let old = object(json!({ "a": { "type": "string" } }), json!([]));
    breaks_with(old, object(json!({}), json!([])), &["/a is gone"]);
}

#[test]
fn a_required_property_stays_required() {
    let required = object(json!({ "a": { "type": "string" } }), json!(["a"]));
    let optional = object(json!({ "a": { "type": "string" } }), json!([]));
    breaks_with(
        required.clone(),
        optional.clone(),
        &["/a may be absent now"],
    );
    narrows(optional, required);
}

#[test]
fn a_type_may_not_change() {
    let old = object(json!({ "a": { "type": "string" } }), json!([]));
    let new = object(json!({ "a": { "type": "integer" } }), json!([]));
    breaks_with(old, new, &["/a type: string → integer"]);
    breaks_with(
        json!({ "type": "string" }),
        json!({}),
        &["the whole: type: string → anything"],
    );
}

#[test]
fn a_whole_number_is_a_number() {
    narrows(json!({ "type": "number" }), json!({ "type": "integer" }));
}

#[test]
fn null_may_not_come_but_may_go() {
    let never = json!({ "type": "string" });
    for maybe in [
        json!({ "type": ["string", "null"] }),
        json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] }),
        json!({ "oneOf": [{ "type": "null" }, { "type": "string" }] }),
    ] {
        breaks_with(
            never.clone(),
            maybe.clone(),
            &["the whole: type: string → null"],
        );
        narrows(maybe, never.clone());
    }
}

#[test]
fn two_ways_to_write_the_same_are_the_same() {
    equals(
        json!({ "type": ["string", "null"], "minLength": 2 }),
        json!({ "anyOf": [{ "type": "string", "minLength": 2 }, { "type": "null" }] }),
    );
    equals(
        json!({ "const": "a" }),
        json!({ "type": "string", "enum": ["a"] }),
    );
    equals(
        json!({ "enum": ["a", null] }),
        json!({ "anyOf": [{ "const": "a" }, { "type": "null" }] }),
    );
    equals(
        json!({ "type": ["string", "null"], "enum": ["a"] }),
        json!({ "const": "a" }),
    );
    equals(json!(true), json!({}));
}

#[test]
fn a_value_may_not_be_added_to_an_enum() {
    let two = json!({ "type": "string", "enum": ["a", "b"] });
    let three = json!({ "type": "string", "enum": ["a", "b", "c"] });
    breaks_with(two.clone(), three.clone(), &["the whole: may be \"c\" now"]);
    narrows(three, two.clone());
    breaks_with(
        two.clone(),
        json!({ "type": "string" }),
        &["the whole: values: those of a list → any"],
    );
    narrows(json!({ "type": "string" }), two);
    breaks_with(
        json!({ "const": 1 }),
        json!({ "const": 2 }),
        &["the whole: may be 2 now"],
    );
}

#[test]
fn limits_may_be_tightened_and_not_loosened() {
    for (name, loose, tight) in [
        ("minLength", 1, 2),
        ("maxLength", 2, 1),
        ("minimum", -1, 0),
        ("maximum", 10, 9),
        ("exclusiveMinimum", 0, 1),
        ("exclusiveMaximum", 1, 0),
        ("minItems", 1, 2),
        ("maxItems", 2, 1),
        ("minProperties", 1, 2),
        ("maxProperties", 2, 1),
    ] {
        let (loose, tight) = (json!({ name: loose }), json!({ name: tight }));
        narrows(loose.clone(), tight);
        narrows(json!({}), loose);
    }
    equals(
        json!({ "type": "string" }),
        json!({ "type": "string", "minLength": 0 }),
    );
}

#[test]
fn what_cannot_be_judged_may_be_added_but_not_changed() {
    for name in ["pattern", "format", "not", "somethingNew"] {
        let (one, other) = (json!({ name: "a" }), json!({ name: "b" }));
        let sentence = format!("the whole: {name}: \"a\" → \"b\"");
        breaks_with(one.clone(), other, &[&sentence]);
        narrows(json!({}), one);
    }
}

#[test]
fn items_are_looked_into() {
    let list =
        |item: Value| json!({ "type": "array", "items": { "type": "array", "items": item } });
    breaks_with(
        list(json!({ "type": "string" })),
        list(json!({ "type": "boolean" })),
        &["/[]/[] type: string → boolean"],
    );
    narrows(
        json!({ "type": "array" }),
        list(json!({ "type": "string" })),
    );
}

#[test]
fn tuples_keep_their_places() {
    let tuple = |items: Value| json!({ "type": "array", "prefixItems": items });
    let string = json!({ "type": "string" });
    let number = json!({ "type": "number" });
    breaks_with(
        tuple(json!([string, number])),
        tuple(json!([string, string])),
        &["/1 type: number → string"],
    );
    let sentence = &["the whole: has items in other places now"];
    breaks_with(
        tuple(json!([string])),
        tuple(json!([string, number])),
        sentence,
    );
    breaks_with(tuple(json!([string])), json!({ "type": "array" }), sentence);
}

#[test]
fn objects_inside_of_objects_are_looked_into() {
    let inside = |author: Value| object(json!({ "author": author }), json!(["author"]));
    let named = object(json!({ "name": { "type": "string" } }), json!(["name"]));
    let nameless = object(json!({}), json!([]));
    breaks_with(
        inside(named.clone()),
        inside(nameless.clone()),
        &["/author/name is gone"],
    );
    let optional = |author: Value| inside(json!({ "anyOf": [author, { "type": "null" }] }));
    breaks_with(
        optional(named),
        optional(nameless),
        &["/author/name is gone"],
    );
}

#[test]
fn an_alternative_may_go_and_not_come() {
    let variant = |kind: &str| object(json!({ "kind": { "const": kind } }), json!(["kind"]));
    let one = json!({ "oneOf": [variant("a")] });
    let two = json!({ "oneOf": [variant("a"), variant("b")] });
    breaks_with(one.clone(), two.clone(), &["/kind may be \"b\" now"]);
    narrows(two, one);
}

#[test]
fn what_stands_beside_alternatives_holds_for_each() {
    let with = |common: Value| {
        json!({
            "type": "object",
            "properties": { "common": common },
            "required": ["common"],
            "oneOf": [object(json!({ "kind": { "const": "a" } }), json!(["kind"]))],
        })
    };
    breaks_with(
        with(json!({ "type": "string" })),
        with(json!({ "type": "null" })),
        &["/common type: string → null"],
    );
}

#[test]
fn closed_objects_stay_closed() {
    let closed = json!({ "type": "object", "additionalProperties": false });
    let mut grown = closed.clone();
    grown["properties"]["a"] = json!({ "type": "string" });
    breaks_with(closed.clone(), grown, &["/a is new"]);
    breaks_with(
        closed,
        json!({ "type": "object" }),
        &["/* may be there now"],
    );
}

#[test]
fn maps_keep_the_type_of_their_values() {
    let map = |value: Value| json!({ "type": "object", "additionalProperties": value });
    let (string, number) = (json!({ "type": "string" }), json!({ "type": "number" }));
    breaks_with(
        map(string.clone()),
        map(number),
        &["/* type: string → number"],
    );
    narrows(json!({ "type": "object" }), map(string));
}

#[test]
fn definitions_may_not_change() {
    let with = |definition: Value| json!({ "$ref": "#/$defs/a", "$defs": { "a": definition } });
    let (string, number) = (json!({ "type": "string" }), json!({ "type": "number" }));
    equals(with(string.clone()), with(string.clone()));
    assert_eq!(told(with(string), with(number)).len(), 1);
}

#[test]
fn all_of_is_what_all_allow() {
    equals(
        json!({ "allOf": [{ "type": "string", "minLength": 2 }, { "minLength": 1, "maxLength": 9 }] }),
        json!({ "type": "string", "minLength": 2, "maxLength": 9 }),
    );
    equals(
        json!({ "allOf": [{ "enum": ["a", "b", "c"] }, { "enum": ["b", "c"] }, { "not": { "const": "c" } }] }),
        json!({ "enum": ["b", "c"], "not": { "const": "c" } }),
    );
    let named = object(json!({ "name": { "type": "string" } }), json!(["name"]));
    let aged = object(
        json!({ "age": { "type": ["integer", "null"] } }),
        json!(["age"]),
    );
    breaks_with(
        json!({ "allOf": [named, aged] }),
        json!({ "allOf": [named, { "type": ["object", "null"] }] }),
        &["/age is gone"],
    );
    equals(
        json!({ "allOf": [{ "type": ["string", "integer"] }, { "type": ["integer", "null"] }] }),
        json!({ "type": "integer" }),
    );
}

#[test]
fn values_one_by_one_are_a_list_of_them() {
    equals(
        json!({ "oneOf": [{ "type": "string", "const": "a", "description": "A" }, { "const": "b" }] }),
        json!({ "type": "string", "enum": ["a", "b"] }),
    );
}

#[test]
fn a_format_with_room_for_another_is_wider() {
    let format = |name: &str| json!({ "type": "integer", "format": name });
    narrows(format("int64"), format("int32"));
    breaks_with(
        format("int64"),
        format("uint64"),
        &["the whole: format: \"int64\" → \"uint64\""],
    );
}

#[test]
fn what_is_written_only_is_in_no_answer() {
    let secret = json!({ "a": { "type": "string", "writeOnly": true } });
    equals(object(secret, json!([])), object(json!({}), json!([])));
}
