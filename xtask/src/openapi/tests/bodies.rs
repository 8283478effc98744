//! What is sent and what is answered.

use serde_json::{Value, json};

use super::super::compare::changes;
use super::{breaks_there_only, document, told};

fn answers(answers: &Value) -> Value {
    document(&json!({ "responses": answers }))
}

fn json_of(schema: &Value) -> Value {
    json!({ "description": "", "content": { "application/json": { "schema": schema } } })
}

fn text() -> Value {
    json!({ "type": "string" })
}

#[test]
fn answers_stay_and_failures_may_come() {
    let one = answers(&json!({ "200": json_of(&text()) }));
    let failing = answers(&json!({ "200": json_of(&text()), "409": json_of(&text()) }));
    breaks_there_only(
        &failing,
        &one,
        "GET /things/{id}: answer 409 is gone",
        "GET /things/{id}: answer 409 is new",
    );
    let accepted = answers(&json!({ "202": json_of(&text()) }));
    let (breaks, _) = told(&one, &accepted);
    assert_eq!(
        breaks,
        [
            "GET /things/{id}: answer 200 is gone",
            "GET /things/{id}: answer 202 is new"
        ]
    );
}

#[test]
fn media_types_may_come_and_not_go() {
    let one = answers(&json!({ "200": json_of(&text()) }));
    let mut two = one.clone();
    two["paths"]["/things/{id}"]["get"]["responses"]["200"]["content"]["text/csv"] = json!({});
    breaks_there_only(
        &two,
        &one,
        "GET /things/{id}: answer 200 as text/csv is gone",
        "GET /things/{id}: answer 200 as text/csv is new",
    );
}

#[test]
fn what_is_answered_may_gain_and_not_lose() {
    let with = |properties: &Value| {
        answers(&json!({ "200": json_of(&json!({ "type": "object", "properties": properties })) }))
    };
    breaks_there_only(
        &with(&json!({ "a": text(), "b": text() })),
        &with(&json!({ "a": text() })),
        "GET /things/{id}: answer 200/b is gone",
        "GET /things/{id}: answer 200/b is new",
    );
}

#[test]
fn headers_may_come_and_not_go() {
    let with = |name: &str, required: bool| {
        let mut answer = json_of(&text());
        answer["headers"][name] = json!({ "required": required, "schema": text() });
        answers(&json!({ "200": answer }))
    };
    let none = answers(&json!({ "200": json_of(&text()) }));
    breaks_there_only(
        &with("ETag", true),
        &none,
        "GET /things/{id}: answer 200 header etag is gone",
        "GET /things/{id}: answer 200 header etag is new",
    );
    breaks_there_only(
        &with("ETag", true),
        &with("etag", false),
        "GET /things/{id}: answer 200 header etag may be absent now",
        "GET /things/{id}: answer 200 header etag is always there now",
    );
}

#[test]
fn a_body_stays_what_it_was() {
    let with = |body: &Value| document(&json!({ "requestBody": body }));
    let body = |required: bool| {
        let mut body = json_of(&text());
        body["required"] = required.into();
        with(&body)
    };
    let none = document(&json!({}));
    breaks_there_only(
        &body(false),
        &none,
        "GET /things/{id}: body is gone",
        "GET /things/{id}: body is new",
    );
    breaks_there_only(
        &body(false),
        &body(true),
        "GET /things/{id}: body is required now",
        "GET /things/{id}: body is optional now",
    );
    assert_eq!(
        told(&none, &body(true)).0,
        ["GET /things/{id}: body is new and required"]
    );
    let longer = with(&json_of(&json!({ "type": "string", "minLength": 1 })));
    breaks_there_only(
        &body(false),
        &longer,
        "GET /things/{id}: body minLength",
        "GET /things/{id}: body minLength",
    );
}

/// A schema with a name that is used in two operations, sent in one and answered in both.
fn shared(properties: &Value) -> Value {
    let thing = json!({ "$ref": "#/components/schemas/Thing" });
    let mut api = answers(&json!({ "200": json_of(&thing) }));
    api["paths"]["/things"]["post"] = json!({
        "requestBody": json_of(&thing),
        "responses": { "201": { "$ref": "#/components/responses/Created" } },
    });
    api["components"] = json!({
        "schemas": { "Thing": { "type": "object", "properties": properties } },
        "responses": { "Created": json_of(&thing) },
    });
    api
}

#[test]
fn a_schema_with_a_name_is_told_once_with_all_who_use_it() {
    let old = shared(&json!({ "kind": { "enum": ["a"] } }));
    let new = shared(&json!({ "kind": { "enum": ["a", "b"] } }));
    let lines: Vec<String> = changes(&old, &new)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        lines,
        [
            "Thing/kind in answers may be \"b\" now; clients do not expect it \
             (GET /things/{id}, POST /things)",
            "Thing/kind in requests may be \"b\" now (POST /things)",
        ]
    );
}
