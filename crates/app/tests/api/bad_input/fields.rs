//! Every field of every operation, with everything that its schema says it is not.

use ashlar_testkit::{TestApp, TestClient, World};
use serde_json::{Value, json};

use crate::{
    operations::{self, Operation, alternatives, is_valid, resolve, sound},
    register, serve,
};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// The operations that take a JSON body, each with the body's schema.
fn with_body(app: &TestApp) -> Vec<(Operation, Value)> {
    let document = app.document().as_value();
    let found = operations::all(app).into_iter().filter_map(|operation| {
        let schema = resolve(document, operation.body(JSON)?).clone();
        Some((operation, schema))
    });
    let found: Vec<_> = found.collect();
    assert!(found.len() >= 10, "the contract has lost its bodies");
    found
}

fn properties(schema: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let properties = schema["properties"]
        .as_object()
        .expect("an object's schema");
    properties
        .iter()
        .map(|(name, schema)| (name.as_str(), schema))
}

/// The types of JSON that the schema lets in.
fn types(document: &Value, schema: &Value) -> Vec<String> {
    let of_one = |schema: &&Value| match &schema["type"] {
        Value::String(name) => vec![name.clone()],
        Value::Array(names) => names
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ if schema["enum"].is_array() || schema["const"].is_string() => vec!["string".to_owned()],
        _ => panic!("a property of no type: {schema}"),
    };
    alternatives(document, schema)
        .iter()
        .flat_map(of_one)
        .collect()
}

/// Values of every type that the schema does not let in.
fn of_wrong_type(document: &Value, schema: &Value) -> Vec<Value> {
    let allowed = types(document, schema);
    let is_allowed = |name: &str| {
        allowed
            .iter()
            .any(|one| one == name || (one == "number" && name == "integer"))
    };
    let samples = [
        ("null", json!(null)),
        ("boolean", json!(true)),
        ("integer", json!(7)),
        ("number", json!(1.5)),
        ("string", json!("\u{1}nonsense")),
        ("array", json!([])),
        ("array", json!(["x"])),
        ("object", json!({})),
    ];
    samples
        .into_iter()
        .filter(|(name, _)| !is_allowed(name))
        .map(|(_, value)| value)
        .collect()
}

/// Texts that break each of the limits the schema tells.
fn beyond_limits(document: &Value, schema: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    for one in alternatives(document, schema) {
        if let Some(max) = one["maxLength"].as_u64() {
            found.push("a".repeat(usize::try_from(max).expect("small") + 1));
        }
        if let Some(min @ 1..) = one["minLength"].as_u64() {
            found.push("a".repeat(usize::try_from(min).expect("small") - 1));
        }
        if one["pattern"].is_string() || one["format"].is_string() || one["enum"].is_array() {
            found.push("\u{1}nonsense".to_owned());
        }
    }
    found
        .into_iter()
        .map(Value::from)
        .filter(|value| !is_valid(document, schema, value))
        .collect()
}

async fn assert_refused(client: &TestClient, operation: &Operation, body: &Value, field: &str) {
    let refused = operation.request(client).json(body).send().await;
    assert_eq!(refused.status(), 422, "{body}: {refused}");
    assert!(
        refused.error_fields().iter().any(|one| one == field),
        "{field} of {body}: {refused}"
    );
}

/// An object of texts, as the pairs of a form.
fn pairs(object: &Value) -> Vec<(String, String)> {
    let fields = object.as_object().expect("an object").iter();
    let pair =
        |(name, value): (&String, &Value)| (name.clone(), value.as_str().expect("text").to_owned());
    fields.map(pair).collect()
}

async fn assert_form_refused(
    client: &TestClient,
    operation: &Operation,
    pairs: &[(String, String)],
    field: &str,
) {
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let refused = operation.request(client).form(&pairs).send().await;
    assert_eq!(refused.status(), 422, "{pairs:?}: {refused}");
    assert!(
        refused.error_fields().iter().any(|one| one == field),
        "{field} of {pairs:?}: {refused}"
    );
}

/// Sends every body that is sound but for one field, with each of the `wrong` values that the field's
/// schema suggests; each must be refused with that field's name. How many were tried.
async fn try_each_field(world: &World, wrong: fn(&Value, &Value) -> Vec<Value>) -> usize {
    let app = serve(world).await;
    let document = app.document().as_value();
    let alice = register(&app, "alice").await;
    let mut tried = 0;
    for (operation, schema) in with_body(&app) {
        for (name, property) in properties(&schema) {
            for value in wrong(document, property) {
                let mut body = sound(document, &schema);
                body[name] = value;
                assert_refused(&alice, &operation, &body, name).await;
                tried += 1;
            }
        }
    }
    tried
}

on_sqlite! {
    async fn every_wrong_type_is_told_with_its_field(world: World) {
        let tried = try_each_field(&world, of_wrong_type).await;
        assert!(tried > 150, "only {tried} were tried");
    }

    async fn every_limit_of_the_schema_is_kept(world: World) {
        let tried = try_each_field(&world, beyond_limits).await;
        assert!(tried > 40, "only {tried} were tried");
    }

    async fn every_missing_field_is_told(world: World) {
        let app = serve(&world).await;
        let document = app.document().as_value();
        let alice = register(&app, "alice").await;
        for (operation, schema) in with_body(&app) {
            let whole = sound(document, &schema);
            for name in whole.as_object().expect("an object").keys() {
                let mut body = whole.clone();
                body.as_object_mut().expect("an object").remove(name);
                assert_refused(&alice, &operation, &body, name).await;
            }
        }
    }

    async fn every_unknown_field_is_told(world: World) {
        let app = serve(&world).await;
        let document = app.document().as_value();
        let alice = register(&app, "alice").await;
        for (operation, schema) in with_body(&app) {
            for name in ["is_admin", "id", "owner_id", "__proto__", ""] {
                let mut body = sound(document, &schema);
                body[name] = json!("x");
                assert_refused(&alice, &operation, &body, name).await;
            }
        }
    }

    async fn every_body_is_needed(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        for (operation, _) in with_body(&app) {
            operation.request(&alice).send().await.assert_error(415, "UNSUPPORTED_MEDIA_TYPE");
            let empty = operation.request(&alice).header("content-type", JSON).send().await;
            empty.assert_error(400, "BAD_REQUEST");
            for body in [json!([]), json!("x"), json!(null)] {
                operation.request(&alice).json(&body).send().await.assert_error(422, "VALIDATION_ERROR");
            }
        }
    }

    async fn forms_are_held_to_the_same_rules(world: World) {
        let app = serve(&world).await;
        let document = app.document().as_value();
        let operations = operations::all(&app);
        let forms: Vec<_> = operations.iter().filter(|one| one.body(FORM).is_some()).collect();
        assert!(!forms.is_empty(), "the contract has lost its forms");
        for operation in forms {
            let client = app.anonymous();
            let schema = resolve(document, operation.body(FORM).expect("a form"));
            let whole = pairs(&sound(document, schema));
            for (position, (name, _)) in whole.iter().enumerate() {
                let mut rest = whole.clone();
                rest.remove(position);
                assert_form_refused(&client, operation, &rest, name).await;
            }
            for (name, property) in properties(schema) {
                let mut others = whole.clone();
                others.retain(|(other, _)| other != name);
                for value in beyond_limits(document, property) {
                    let value = value.as_str().expect("text").to_owned();
                    let changed = [others.clone(), vec![(name.to_owned(), value)]].concat();
                    assert_form_refused(&client, operation, &changed, name).await;
                }
                let given = (name.to_owned(), "a".to_owned());
                let twice = [others, vec![given.clone(), given]].concat();
                assert_form_refused(&client, operation, &twice, name).await;
            }
            operation.request(&client).json(&json!({})).send().await.assert_error(415, "UNSUPPORTED_MEDIA_TYPE");
        }
    }
}
