//! The whole contract, put together from every mounted route.

use std::{collections::BTreeSet, fmt};

use actix_web::http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Components, Operation, schema::forbid_nul};
use crate::{
    http::Route,
    problem::{Code, ErrorEnvelope, ProblemDetails, VbenError},
    scopes::KeyRule,
};

/// What the document says of the API as a whole.
#[derive(Clone, Debug)]
pub struct Info {
    /// The API's name.
    pub title: String,
    /// The API's version.
    pub version: String,
    /// What it is for, in Markdown.
    pub description: String,
}

/// An OpenAPI 3.1 document.
#[derive(Clone, Debug)]
pub struct Document(Value);

/// What any request can meet, whatever its route.
const EVERYWHERE: [Code; 2] = [Code::InternalError, Code::ServiceUnavailable];

/// Where an operation lists the scopes that it asks of API keys; absent when it takes none.
const SCOPES: &str = "x-scopes";

impl Document {
    /// Describes `routes`. `tags` are pairs of a name and a description, `security` the schemes
    /// with which a caller may sign in.
    pub(crate) fn new(
        info: &Info,
        tags: &[(&str, &str)],
        security: &Map<String, Value>,
        routes: &[Route],
    ) -> Self {
        let mut components = Components::new();
        let mut paths = Map::new();
        let mut failures = BTreeSet::from(EVERYWHERE);
        for route in routes.iter().filter(|route| route.is_documented()) {
            let operation = route.operation(&mut components);
            failures.extend(&operation.failures);
            let value = render(route, &operation, security);
            let path = paths.entry(route.path()).or_insert_with(|| json!({}));
            path[route.method().as_str().to_lowercase()] = value;
        }
        let responses = failure_responses(&failures, &mut components);
        let tags: Vec<Value> = tags
            .iter()
            .map(|(name, description)| json!({ "name": name, "description": description }))
            .collect();
        Self(json!({
            "openapi": "3.1.0",
            "info": {
                "title": info.title,
                "version": info.version,
                "description": info.description,
                "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
            },
            "servers": [{ "url": "/" }],
            "tags": tags,
            "paths": paths,
            "components": {
                "schemas": schemas(components),
                "responses": responses,
                "securitySchemes": security,
            },
        }))
    }

    /// The document as JSON.
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    /// Every scope that an operation asks of API keys.
    pub(crate) fn scopes(&self) -> BTreeSet<String> {
        let paths = self.0["paths"].as_object().into_iter().flatten();
        let operations = paths.flat_map(|(_, path)| path.as_object().into_iter().flatten());
        let asked = operations.flat_map(|(_, operation)| operation[SCOPES].as_array());
        asked
            .flatten()
            .filter_map(|scope| scope.as_str().map(str::to_owned))
            .collect()
    }
}

impl fmt::Display for Document {
    /// Pretty-printed, with a closing line break: the form that is committed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string_pretty(&self.0).map_err(|_| fmt::Error)?;
        writeln!(f, "{text}")
    }
}

fn render(route: &Route, operation: &Operation<'_>, security: &Map<String, Value>) -> Value {
    let mut responses = Map::new();
    for (status, answer) in &operation.answers {
        responses.insert(status.to_string(), answer.clone());
    }
    for code in operation.failures.iter().chain(&EVERYWHERE) {
        let reference = format!("#/components/responses/{}", response_name(code.status()));
        responses.insert(code.status().as_str().into(), json!({ "$ref": reference }));
    }
    let mut value = json!({
        "tags": [route.tag()],
        "summary": route.summary(),
        "operationId": route.name(),
        "parameters": operation.parameters,
        "responses": responses,
    });
    if let Some(description) = description(route, operation) {
        value["description"] = description.into();
    }
    if let Some(body) = &operation.body {
        value["requestBody"] = body.clone();
    }
    if operation.secured {
        value["security"] = security.keys().map(|name| json!({ name: [] })).collect();
        if let Some(scopes) = scopes(route, operation) {
            value[SCOPES] = scopes.into();
        }
    }
    value
}

fn description(route: &Route, operation: &Operation<'_>) -> Option<String> {
    let permissions = match operation.permissions.as_slice() {
        [] => None,
        names => Some(format!("Asks for the permission `{}`.", names.join("`, `"))),
    };
    let keys = operation.secured.then(|| match scopes(route, operation) {
        Some(scopes) => format!("With an API key: the scope `{}`.", scopes.join("`, `")),
        None => "Not with an API key.".to_owned(),
    });
    let text = route.description().map(str::to_owned);
    let parts: Vec<String> = [text, permissions, keys].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("\n\n"))
}

/// The scopes that a secured operation asks of API keys; `None` when it takes none.
fn scopes(route: &Route, operation: &Operation<'_>) -> Option<Vec<String>> {
    match route.key_rule() {
        KeyRule::Scope(scope) if !operation.refuses_keys => {
            Some(match &operation.permissions[..] {
                [] => vec![scope.clone()],
                permissions => permissions.iter().map(|name| (*name).to_owned()).collect(),
            })
        }
        KeyRule::Scope(_) | KeyRule::Refused => None,
    }
}

/// Both sides' schemas under one roof. A type that looks different when sent and when received
/// needs two names, or clients would be told the wrong one.
fn schemas(mut components: Components) -> Map<String, Value> {
    let mut schemas = components.requests.take_definitions(true);
    let sent: Vec<String> = schemas.keys().cloned().collect();
    for (name, schema) in components.responses.take_definitions(true) {
        let known = schemas.get(&name);
        assert!(
            known.is_none_or(|known| *known == schema),
            "the schema {name} differs between requests and responses: give them two names",
        );
        schemas.insert(name, schema);
    }
    for name in sent {
        forbid_nul(&mut schemas[&name]);
    }
    schemas.sort_keys();
    schemas
}

fn failure_responses(failures: &BTreeSet<Code>, components: &mut Components) -> Map<String, Value> {
    let mut responses = Map::new();
    for code in failures {
        let name = response_name(code.status());
        let response = failure_response(*code, components);
        responses.entry(name).or_insert(response);
    }
    responses
}

fn failure_response(code: Code, components: &mut Components) -> Value {
    let responses = &mut components.responses;
    let mut response = json!({
        "description": code.meaning(),
        "content": {
            "application/json": { "schema": responses.subschema_for::<ErrorEnvelope<'_>>() },
            "application/problem+json": { "schema": responses.subschema_for::<ProblemDetails<'_>>() },
            "application/vnd.vben+json": { "schema": responses.subschema_for::<VbenError<'_>>() },
        },
    });
    response["content"]["application/json"]["example"] = json!({
        "error": {
            "code": code.as_str(),
            "message": code.meaning(),
            "details": [],
            "request_id": "0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21",
        },
    });
    response
}

/// `NotFound` for 404: the status in words, without the blanks.
fn response_name(status: StatusCode) -> String {
    let words = status.canonical_reason().unwrap_or("Error");
    words.split([' ', '-']).collect()
}
