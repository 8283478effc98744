//! What breaks who sends a request, and what is told besides.

use serde_json::{Value, json};

use super::{Documents, Side};

/// The differences that break, and those that do not.
fn told(side: Side, old: &Value, new: &Value) -> (Vec<String>, Vec<String>) {
    let differences = Documents::new(old, new).differences(side, old, new);
    let (breaks, others): (Vec<_>, Vec<_>) = differences
        .iter()
        .partition(|difference| difference.why.is_some());
    let texts = |all: Vec<&super::Difference>| all.iter().map(ToString::to_string).collect();
    (texts(breaks), texts(others))
}

/// To go from the one to the other breaks with this, and the way back is told and breaks nobody.
#[track_caller]
fn tightens(old: &Value, new: &Value, there: &str, back: &str) {
    let nothing = Vec::<String>::new();
    assert_eq!(
        told(Side::Request, old, new),
        (vec![there.to_owned()], nothing.clone())
    );
    assert_eq!(
        told(Side::Request, new, old),
        (nothing, vec![back.to_owned()])
    );
}

fn object(properties: &Value, required: &Value) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn with_a(schema: &Value) -> Value {
    object(&json!({ "a": schema }), &json!([]))
}

#[test]
fn properties_may_come_and_not_go() {
    let old = with_a(&json!({ "type": "string" }));
    let new = object(&json!({}), &json!([]));
    tightens(&old, &new, "/a is gone", "/a is new");
    // Where others are overlooked, what went is overlooked too.
    let open = |mut schema: Value| {
        schema
            .as_object_mut()
            .expect("an object")
            .remove("additionalProperties");
        schema
    };
    tightens(&open(old), &open(new), "/a is gone", "/a is new");
}

#[test]
fn nothing_new_may_be_required() {
    let (text, none) = (json!({ "a": { "type": "string" } }), json!({}));
    let (required, optional) = (object(&text, &json!(["a"])), object(&text, &json!([])));
    tightens(
        &optional,
        &required,
        "/a is required now",
        "/a is optional now",
    );
    let (breaks, others) = told(Side::Request, &object(&none, &json!([])), &required);
    assert_eq!(breaks, ["/a is new and required"]);
    assert_eq!(others, ["/a is new"]);
}

#[test]
fn limits_and_values_may_widen_and_not_narrow() {
    tightens(
        &with_a(&json!({ "type": "string", "maxLength": 50 })),
        &with_a(&json!({ "type": "string", "maxLength": 40 })),
        "/a maxLength: 50 → 40",
        "/a maxLength: 40 → 50",
    );
    tightens(
        &with_a(&json!({ "type": "string" })),
        &with_a(&json!({ "type": "string", "minLength": 1 })),
        "/a minLength: none → 1",
        "/a minLength: 1 → none",
    );
    tightens(
        &with_a(&json!({ "enum": ["a", "b"] })),
        &with_a(&json!({ "enum": ["a"] })),
        "/a may not be \"b\" any more",
        "/a may be \"b\" now",
    );
    tightens(
        &with_a(&json!({ "type": ["string", "null"] })),
        &with_a(&json!({ "type": "string" })),
        "/a type: null → string",
        "/a type: string → null",
    );
    tightens(
        &with_a(&json!({ "type": "number" })),
        &with_a(&json!({ "type": "integer" })),
        "/a type: number → integer",
        "/a type: integer → number",
    );
}

#[test]
fn another_type_breaks_both_ways() {
    let (old, new) = (
        with_a(&json!({ "type": "string" })),
        with_a(&json!({ "type": "boolean" })),
    );
    for side in [Side::Request, Side::Answer] {
        let (breaks, others) = told(side, &old, &new);
        assert_eq!(
            (breaks, others.len()),
            (vec!["/a type: string → boolean".to_owned()], 0)
        );
    }
}

#[test]
fn a_default_stays() {
    let with = |default: Value| with_a(&json!({ "type": "integer", "default": default }));
    let (breaks, others) = told(Side::Request, &with(json!(20)), &with(json!(10)));
    assert_eq!(
        (breaks, others.len()),
        (vec!["/a default: 20 → 10".to_owned()], 0)
    );
    tightens(
        &with(json!(20)),
        &with_a(&json!({ "type": "integer" })),
        "/a default: 20 → none",
        "/a default: none → 20",
    );
    assert_eq!(
        told(Side::Answer, &with(json!(20)), &with(json!(10)))
            .0
            .len(),
        0
    );
}

#[test]
fn an_open_object_may_not_be_closed() {
    let open = json!({ "type": "object" });
    let closed = object(&json!({}), &json!([]));
    tightens(
        &open,
        &closed,
        "/* may not be there any more",
        "/* may be there now",
    );
}

/// A document whose schema `Page` refers to `Item`, which refers to itself.
fn document(item: &Value) -> Value {
    let item_or_null =
        json!({ "anyOf": [{ "$ref": "#/components/schemas/Item" }, { "type": "null" }] });
    let mut item = item.clone();
    item["properties"]["parent"] = item_or_null;
    json!({ "root": { "$ref": "#/components/schemas/Page" }, "components": { "schemas": {
        "Page": {
            "type": "object",
            "properties": {
                "first": { "$ref": "#/components/schemas/Item", "description": "The first." },
                "all": { "type": "array", "items": { "$ref": "#/components/schemas/Item" } },
            },
        },
        "Item": item,
    } } })
}

#[test]
fn references_are_followed_and_told_by_name_once() {
    let old = document(&json!({ "type": "object", "properties": { "a": { "type": "string" } } }));
    let new = document(&json!({ "type": "object", "properties": { "b": { "type": "string" } } }));
    let page = json!({ "$ref": "#/components/schemas/Page" });
    let documents = Documents::new(&old, &new);
    assert!(
        !documents.are_same(&page, &page),
        "it refers to what changed"
    );
    let told = |side| -> Vec<String> {
        let differences = documents.differences(side, &page, &page);
        differences.iter().map(ToString::to_string).collect()
    };
    assert_eq!(told(Side::Answer), ["Item/a is gone", "Item/b is new"]);
    assert_eq!(told(Side::Request), ["Item/a is gone", "Item/b is new"]);
    let same = Documents::new(&old, &old);
    assert!(same.are_same(&page, &page));
}

#[test]
fn another_name_for_the_same_is_no_difference() {
    let old = document(&json!({ "type": "object", "properties": { "a": { "type": "string" } } }));
    let new = serde_json::from_str(&old.to_string().replace("Item", "Thing")).expect("JSON");
    let page = json!({ "$ref": "#/components/schemas/Page" });
    for side in [Side::Answer, Side::Request] {
        assert_eq!(
            Documents::new(&old, &new).differences(side, &page, &page),
            []
        );
    }
}
