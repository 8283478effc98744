//! Every parameter of every operation, with values that it does not take.

use ashlar_testkit::{TestApp, TestClient, World};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::{
    operations::{self, Operation, alternatives, is_valid, resolve},
    register, serve,
};

/// Values that the schema does not let in.
fn bad_values(document: &Value, schema: &Value) -> Vec<String> {
    let schema = resolve(document, schema);
    let schema = if schema["type"] == "array" {
        &schema["items"]
    } else {
        schema
    };
    alternatives(document, schema)
        .into_iter()
        .flat_map(candidates)
        // What a cursor is only the server can tell.
        .filter(|value| schema["format"] == "cursor" || !is_valid(document, schema, &json!(value)))
        .collect()
}

/// Values just beyond what the schema says.
fn candidates(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if schema["type"] == "boolean" {
        found.extend(["x", "1", "", "TRUE", " true"].map(str::to_owned));
    }
    if schema["type"] == "integer" {
        found
            .extend(["x", "1.5", "", "1e2", " 1", "99999999999999999999999999"].map(str::to_owned));
        found.extend(
            schema["minimum"]
                .as_i64()
                .map(|least| (least - 1).to_string()),
        );
        found.extend(
            schema["maximum"]
                .as_i64()
                .map(|most| (most + 1).to_string()),
        );
        return found;
    }
    if ["format", "enum", "const", "pattern"]
        .iter()
        .any(|rule| !schema[rule].is_null())
    {
        found.push("nonsense".to_owned());
        found.push("%22';".to_owned());
    }
    if let Some(most) = schema["maxLength"].as_u64() {
        found.push("a".repeat(usize::try_from(most).expect("small") + 1));
    }
    if schema["minLength"].as_u64().is_some_and(|least| least > 0) {
        found.push(String::new());
    }
    found
}

/// The operations that take parameters in their query.
fn lists(operations: Vec<Operation>) -> Vec<Operation> {
    let takes_query = |one: &Operation| !one.parameters("query").is_empty();
    let lists: Vec<_> = operations.into_iter().filter(takes_query).collect();
    assert!(lists.len() >= 3, "users, projects, tasks");
    lists
}

/// Those of them that answer a page of a list.
fn pages(operations: Vec<Operation>) -> Vec<Operation> {
    let mut lists = lists(operations);
    lists.retain(|list| {
        let parameters = list.parameters("query");
        parameters.iter().any(|one| one["name"] == "after")
    });
    assert!(lists.len() >= 3, "users, projects, tasks");
    lists
}

/// Somebody who may see every list.
async fn admin(world: &World, app: &TestApp) -> TestClient {
    register(app, "admin").await;
    world
        .database()
        .connection()
        .execute_unprepared("UPDATE users SET role = 'admin'")
        .await
        .expect("there is a user");
    crate::sign_in(app, "admin").await
}

on_sqlite! {
    async fn every_bad_value_is_told_with_its_parameter(world: World) {
        let app = serve(&world).await;
        let document = app.document().as_value();
        let admin = admin(&world, &app).await;
        for list in lists(operations::all(&app)) {
            for parameter in list.parameters("query") {
                let name = parameter["name"].as_str().expect("a name");
                let values = bad_values(document, &parameter["schema"]);
                assert!(!values.is_empty(), "{}: {name} takes everything", list.path);
                for value in values {
                    let refused = list.request(&admin).query(name, &value).send().await;
                    assert_eq!(refused.status(), 422, "{name}={value}: {refused}");
                    assert_eq!(refused.error_fields(), [name], "{name}={value}: {refused}");
                }
            }
        }
    }

    async fn every_unknown_or_repeated_parameter_is_told(world: World) {
        let app = serve(&world).await;
        let admin = admin(&world, &app).await;
        for list in lists(operations::all(&app)) {
            // What else a provider says is ignored (RFC 6749, 4.1.2).
            if list.value["operationId"] == "callback" {
                continue;
            }
            for name in ["nonsense", "Limit", "limit[]", "order_by", ""] {
                let refused = list.request(&admin).query(name, "1").send().await;
                assert_eq!(refused.status(), 422, "{name:?}: {refused}");
                assert_eq!(refused.error_fields(), [name]);
            }
            for parameter in list.parameters("query") {
                let name = parameter["name"].as_str().expect("a name");
                let refused = list.request(&admin).query(name, "1").query(name, "1").send().await;
                assert_eq!(refused.status(), 422, "{name}: {refused}");
                assert!(refused.error_fields().contains(&name.to_owned()), "{name}: {refused}");
            }
        }
    }

    async fn only_one_position_may_be_given(world: World) {
        let app = serve(&world).await;
        let admin = admin(&world, &app).await;
        for list in pages(operations::all(&app)) {
            for (one, other) in [("page", "offset"), ("after", "page"), ("after", "offset")] {
                let refused = list.request(&admin).query(one, "1").query(other, "1").send().await;
                let fields = refused.assert_error(422, "VALIDATION_ERROR").error_fields();
                assert!(fields.contains(&one.to_owned()) && fields.contains(&other.to_owned()), "{refused}");
            }
        }
    }

    async fn every_bad_parameter_is_told_at_once(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        let refused = alice.get("/api/v1/projects?limit=0&sort=color&page=x&b=1").send().await;
        let mut fields = refused.assert_status(422).error_fields();
        fields.sort();
        assert_eq!(fields, ["b", "limit", "page", "sort"]);
        let limit = refused.error()["details"].as_array().expect("details").iter()
            .find(|detail| detail["field"] == "limit").expect("limit").clone();
        assert_eq!(limit["message"], "must be a whole number from 1 to 100");
        assert_eq!(limit["value"], "0");
    }

    async fn every_malformed_id_is_told_with_its_name(world: World) {
        let app = serve(&world).await;
        let admin = admin(&world, &app).await;
        let mut tried = 0;
        for operation in operations::all(&app) {
            for parameter in operation.parameters("path") {
                let name = parameter["name"].as_str().expect("a name");
                // A name, not an id: whatever is none is not there.
                if name == "provider" {
                    continue;
                }
                for id in ["7", "x", "%20", "null", "01890a5dac96774bbcceb302099a8057", "..%2f..", "%ff", "%C3%A4"] {
                    let request = admin.request(operation.method.clone(), operation.path_with(id));
                    let refused = request.send().await;
                    assert_eq!(refused.status(), 400, "{id}: {refused}");
                    assert_eq!(refused.error_fields(), [name], "{id}: {refused}");
                    assert!(refused.error_message().contains(name), "{id}: {refused}");
                    tried += 1;
                }
            }
        }
        assert!(tried > 80, "only {tried} were tried");
    }
}
