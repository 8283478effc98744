//! Operations, who may call them, and their parameters.

use serde_json::{Value, json};

use super::{breaks_there_only, document, told};

fn with_parameters(parameters: &Value) -> Value {
    document(&json!({ "parameters": parameters }))
}

fn query(name: &str, required: bool, schema: &Value) -> Value {
    json!({ "name": name, "in": "query", "required": required, "schema": schema })
}

#[test]
fn nothing_is_told_of_the_same() {
    let api = with_parameters(&json!([query("q", true, &json!({ "type": "string" }))]));
    assert_eq!(told(&api, &api), (vec![], vec![]));
}

#[test]
fn operations_may_come_and_not_go() {
    let one = document(&json!({}));
    let mut two = one.clone();
    two["paths"]["/things"] = json!({ "post": {} });
    breaks_there_only(&two, &one, "POST /things is gone", "POST /things is new");
}

#[test]
fn generated_clients_pass_a_place_in_a_path_by_name() {
    let old =
        with_parameters(&json!([{ "name": "id", "in": "path", "required": true, "schema": {} }]));
    let new = old
        .to_string()
        .replace("id}", "thing_id}")
        .replace("\"id\"", "\"thing_id\"");
    let new = serde_json::from_str(&new).expect("JSON");
    let (breaks, others) = told(&old, &new);
    assert_eq!(breaks, ["GET /things/{id}: path id name"]);
    assert_eq!(others, Vec::<String>::new());
}

#[test]
fn the_name_of_a_header_has_no_case() {
    let with = |name: &str| {
        with_parameters(&json!([{ "name": name, "in": "header", "schema": { "type": "string" } }]))
    };
    let (breaks, others) = told(&with("If-Match"), &with("if-match"));
    assert_eq!(breaks, Vec::<String>::new());
    assert_eq!(others, ["GET /things/{id}: header If-Match name"]);
}

#[test]
fn generated_clients_call_operations_by_name() {
    let (old, new) = (
        json!({ "operationId": "read" }),
        json!({ "operationId": "get" }),
    );
    let (breaks, _) = told(&document(&old), &document(&new));
    assert_eq!(breaks, ["GET /things/{id} operationId"]);
}

#[test]
fn parameters_may_come_and_not_go_and_nothing_gets_required() {
    let text = json!({ "type": "string" });
    let (none, optional, required) = (
        with_parameters(&json!([])),
        with_parameters(&json!([query("q", false, &text)])),
        with_parameters(&json!([query("q", true, &text)])),
    );
    let subject = "GET /things/{id}: query q";
    breaks_there_only(
        &optional,
        &none,
        &format!("{subject} is gone"),
        &format!("{subject} is new"),
    );
    breaks_there_only(
        &optional,
        &required,
        &format!("{subject} is required now"),
        &format!("{subject} is optional now"),
    );
    assert_eq!(
        told(&none, &required).0,
        [format!("{subject} is new and required")]
    );
}

#[test]
fn parameters_are_judged_as_what_clients_send() {
    let limit = |maximum: u64, default: u64| {
        let schema = json!({ "type": "integer", "maximum": maximum, "default": default });
        with_parameters(&json!([query("limit", false, &schema)]))
    };
    breaks_there_only(
        &limit(100, 20),
        &limit(50, 20),
        "GET /things/{id}: query limit maximum",
        "GET /things/{id}: query limit maximum",
    );
    assert_eq!(
        told(&limit(100, 20), &limit(100, 10)).0,
        ["GET /things/{id}: query limit default"]
    );
}

#[test]
fn a_list_is_written_as_before() {
    let sort = |explode: bool| {
        let mut sort = query("sort", false, &json!({ "type": "array" }));
        sort["explode"] = explode.into();
        with_parameters(&json!([sort]))
    };
    assert_eq!(
        told(&sort(false), &sort(true)).0,
        ["GET /things/{id}: query sort form"]
    );
    let usual = with_parameters(&json!([query("sort", false, &json!({ "type": "array" }))]));
    assert_eq!(told(&usual, &sort(true)), (vec![], vec![]));
}

#[test]
fn who_may_call_is_not_narrowed() {
    let open = document(&json!({}));
    let token = document(&json!({ "security": [{ "bearer": [] }] }));
    let either = document(&json!({ "security": [{ "bearer": [] }, { "basic": [] }] }));
    breaks_there_only(
        &open,
        &token,
        "GET /things/{id}: security no sign-in is not enough any more",
        "GET /things/{id}: security no sign-in is enough now",
    );
    breaks_there_only(
        &either,
        &token,
        "GET /things/{id}: security basic is not enough any more",
        "GET /things/{id}: security basic is enough now",
    );
    let scoped = document(&json!({ "security": [{ "bearer": ["write"] }] }));
    let (breaks, _) = told(&token, &scoped);
    assert_eq!(
        breaks,
        ["GET /things/{id}: security bearer is not enough any more"]
    );
}

#[test]
fn the_rule_of_the_whole_document_counts_where_there_is_no_other() {
    let open = document(&json!({}));
    let mut closed = open.clone();
    closed["security"] = json!([{ "bearer": [] }]);
    assert_eq!(told(&open, &closed).0.len(), 1);
    closed["paths"]["/things/{id}"]["get"]["security"] = json!([]);
    assert_eq!(told(&open, &closed).0, Vec::<String>::new());
}

#[test]
fn keys_go_on_to_open_the_door() {
    let with =
        |scopes: &Value| document(&json!({ "security": [{ "bearer": [] }], "x-scopes": scopes }));
    let (read, both) = (with(&json!(["read"])), with(&json!(["read", "write"])));
    breaks_there_only(
        &read,
        &both,
        "GET /things/{id}: API keys need the scope write now",
        "GET /things/{id}: API keys need the scope write no more",
    );
    let none = document(&json!({ "security": [{ "bearer": [] }] }));
    breaks_there_only(
        &read,
        &none,
        "GET /things/{id}: API keys are not taken any more",
        "GET /things/{id}: API keys are taken now",
    );
}

#[test]
fn a_scheme_by_the_same_name_means_the_same() {
    let with = |scheme: &Value| {
        let mut api = document(&json!({}));
        api["components"]["securitySchemes"]["key"] = scheme.clone();
        api
    };
    let old = with(&json!({ "type": "http", "scheme": "bearer", "description": "a" }));
    let told_in = with(&json!({ "type": "http", "scheme": "bearer", "description": "b" }));
    assert_eq!(told(&old, &told_in), (vec![], vec![]));
    let other = with(&json!({ "type": "apiKey", "in": "header", "name": "X-Key" }));
    assert_eq!(told(&old, &other).0, ["the security scheme key differs"]);
}

#[test]
fn what_nobody_here_can_judge_breaks() {
    let old = document(&json!({ "callbacks": { "done": {} } }));
    assert_eq!(
        told(&old, &document(&json!({}))).0,
        ["GET /things/{id}: callbacks differs"]
    );
}
