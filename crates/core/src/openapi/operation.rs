//! One operation of the contract, filled in by the types of its handler's signature.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{
    http::{Method, StatusCode},
    web,
};
use schemars::{
    JsonSchema, SchemaGenerator, generate::SchemaSettings, transform::RecursiveTransform,
};
use serde_json::{Map, Value, json};

use super::schema::{forbid_nul, list_texts, without_null};
use crate::problem::Code;

/// A type in a handler's signature that tells the contract what it means.
pub trait Describe {
    /// Adds to `operation` what the type takes, answers, or refuses.
    fn describe(operation: &mut Operation<'_>);
}

/// The schemas that operations refer to.
pub(crate) struct Components {
    /// What clients send: a field with a default is optional.
    pub(crate) requests: SchemaGenerator,
    /// What clients receive: a field is there unless it is skipped.
    pub(crate) responses: SchemaGenerator,
}

impl Components {
    pub(crate) fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
            settings
                .transforms
                .push(Box::new(RecursiveTransform(list_texts)));
        });
        Self {
            requests: settings.clone().for_deserialize().into_generator(),
            responses: settings.for_serialize().into_generator(),
        }
    }
}

/// One operation: a method on a path.
pub struct Operation<'a> {
    components: &'a mut Components,
    pub(crate) secured: bool,
    pub(crate) refuses_keys: bool,
    pub(crate) permissions: Vec<&'static str>,
    pub(crate) parameters: Vec<Value>,
    pub(crate) body: Option<Value>,
    pub(crate) answers: BTreeMap<u16, Value>,
    pub(crate) failures: BTreeSet<Code>,
    reads: bool,
}

impl<'a> Operation<'a> {
    pub(crate) fn new(components: &'a mut Components, method: &Method) -> Self {
        Self {
            components,
            reads: *method == Method::GET,
            secured: false,
            refuses_keys: false,
            permissions: Vec::new(),
            parameters: Vec::new(),
            body: None,
            answers: BTreeMap::new(),
            failures: BTreeSet::new(),
        }
    }

    /// Whether it only reads: a `GET`.
    pub fn reads(&self) -> bool {
        self.reads
    }

    /// It asks for a signed-in caller.
    pub fn secured(&mut self) {
        self.secured = true;
    }

    /// It asks for more than an API key can be.
    pub fn refuses_keys(&mut self) {
        self.refuses_keys = true;
    }

    /// It asks for this permission.
    pub fn needs_permission(&mut self, name: &'static str) {
        self.permissions.push(name);
    }

    /// It can fail with this code.
    pub fn fails(&mut self, code: Code) {
        self.failures.insert(code);
    }

    /// It takes this parameter in its path.
    pub fn path_parameter<T: JsonSchema>(&mut self, name: &str) {
        let schema = self.components.requests.subschema_for::<T>();
        self.parameters.push(json!({
            "name": name,
            "in": "path",
            "required": true,
            "schema": schema,
        }));
    }

    /// It takes every property of `T` as a query parameter.
    pub fn query_parameters<T: JsonSchema>(&mut self) {
        let schema = T::json_schema(&mut self.components.requests).to_value();
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let properties = schema["properties"].as_object().cloned();
        for (name, property) in properties.unwrap_or_default() {
            let required = required.iter().any(|one| *one == *name);
            self.query_parameter(&name, required, property);
        }
    }

    /// It takes this query parameter. A description inside the schema becomes the parameter's.
    pub fn query_parameter(&mut self, name: &str, required: bool, schema: Value) {
        self.parameter("query", name, required, schema);
    }

    /// It takes a comma-separated choice of these items; one that begins with `-` is the other way round.
    pub fn list_parameter(&mut self, name: &str, description: &str, items: &[String]) {
        // A minus begins no name in any language.
        let variable = |item: &String| match item.strip_prefix('-') {
            Some(name) => format!("{name}_desc").to_uppercase(),
            None => item.to_uppercase(),
        };
        let names: Vec<String> = items.iter().map(variable).collect();
        self.parameters.push(json!({
            "name": name,
            "in": "query",
            "required": false,
            "description": description,
            "style": "form",
            "explode": false,
            "schema": {
                "type": "array",
                "items": { "type": "string", "enum": items, "x-enum-varnames": names },
            },
        }));
    }

    /// It reads this request header, if it is there.
    pub fn header_parameter(&mut self, name: &str, description: &str) {
        let schema = json!({ "type": "string", "description": description });
        self.parameter("header", name, false, schema);
    }

    /// It reads a body of this type.
    pub fn body<T: JsonSchema>(&mut self, content_type: &str) {
        let schema = self.components.requests.subschema_for::<T>();
        self.body = Some(json!({
            "required": true,
            "content": { content_type: { "schema": schema } },
        }));
    }

    /// It answers `status` with a `T`, plain or in the Vben envelope.
    pub fn answers<T: JsonSchema>(&mut self, status: StatusCode, description: &str) {
        let schema = self.components.responses.subschema_for::<T>();
        let envelope = json!({
            "type": "object",
            "properties": {
                "code": { "const": 0 },
                "message": { "const": "ok" },
                "data": schema,
            },
            "required": ["code", "message", "data"],
        });
        let content = json!({
            "application/json": { "schema": schema },
            "application/vnd.vben+json": { "schema": envelope },
        });
        let answer = json!({ "description": description, "content": content });
        self.answers.insert(status.as_u16(), answer);
    }

    /// It answers `status` with a `T`, in no envelope ever.
    pub fn answers_plain<T: JsonSchema>(&mut self, status: StatusCode, description: &str) {
        let schema = self.components.responses.subschema_for::<T>();
        let content = json!({ "application/json": { "schema": schema } });
        let answer = json!({ "description": description, "content": content });
        self.answers.insert(status.as_u16(), answer);
    }

    /// It answers `status` with a body that is no JSON.
    pub fn answers_media(&mut self, status: StatusCode, description: &str, media_type: &str) {
        let answer = json!({
            "description": description,
            "content": { media_type: { "schema": { "type": "string" } } },
        });
        self.answers.insert(status.as_u16(), answer);
    }

    /// It answers `status` without a body.
    pub fn answers_empty(&mut self, status: StatusCode, description: &str) {
        let answer = json!({ "description": description });
        self.answers.insert(status.as_u16(), answer);
    }

    /// Every answer with `status` carries this header. Call it after the answer is described.
    pub fn answer_header(&mut self, status: StatusCode, name: &str, description: &str) {
        self.header_of_answer(status, name, description, true);
    }

    /// Some answers with `status` carry this header. Call it after the answer is described.
    pub fn optional_answer_header(&mut self, status: StatusCode, name: &str, description: &str) {
        self.header_of_answer(status, name, description, false);
    }

    fn header_of_answer(
        &mut self,
        status: StatusCode,
        name: &str,
        description: &str,
        required: bool,
    ) {
        let Some(answer) = self.answers.get_mut(&status.as_u16()) else {
            return;
        };
        answer["headers"][name] = json!({
            "description": description,
            "required": required,
            "schema": { "type": "string" },
        });
    }

    fn parameter(&mut self, place: &str, name: &str, required: bool, mut schema: Value) {
        let mut parameter = Map::new();
        parameter.insert("name".into(), name.into());
        parameter.insert("in".into(), place.into());
        parameter.insert("required".into(), required.into());
        let description = schema.as_object_mut().and_then(|s| s.remove("description"));
        if let Some(description) = description {
            parameter.insert("description".into(), description);
        }
        let mut schema = without_null(schema);
        if place == "query" {
            forbid_nul(&mut schema);
        }
        parameter.insert("schema".into(), schema);
        self.parameters.push(parameter.into());
    }
}

/// State that the server hands to a handler says nothing to clients.
impl<T: 'static> Describe for web::Data<T> {
    fn describe(_: &mut Operation<'_>) {}
}

macro_rules! describe_tuple {
    ($($part:ident)*) => {
        impl<$($part: Describe),*> Describe for ($($part,)*) {
            fn describe(operation: &mut Operation<'_>) {
                let _ = &operation;
                $($part::describe(operation);)*
            }
        }
    };
}

describe_tuple! {}
describe_tuple! { A }
describe_tuple! { A B }
describe_tuple! { A B C }
describe_tuple! { A B C D }
describe_tuple! { A B C D E }
describe_tuple! { A B C D E F }
describe_tuple! { A B C D E F G }
