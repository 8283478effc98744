//! The operations of a contract, for tests that hold for each of them.

use ashlar_testkit::{TestApp, TestClient, TestRequest};
use reqwest::Method;
use serde_json::{Value, json};

/// An id that is nobody's.
pub(crate) const NOBODY: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// The provider to sign in by of the tests' settings.
pub(crate) const PROVIDER: &str = "hub";

/// One operation of the contract.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// Its object in the document.
    pub(crate) value: Value,
}

/// Every operation of the app's contract.
pub(crate) fn all(app: &TestApp) -> Vec<Operation> {
    let document = app.document().as_value();
    let paths = document["paths"].as_object().expect("paths");
    let mut operations = Vec::new();
    for (path, methods) in paths {
        for (method, value) in methods.as_object().expect("methods") {
            operations.push(Operation {
                method: method.to_uppercase().parse().expect("a method"),
                path: path.clone(),
                value: value.clone(),
            });
        }
    }
    assert!(
        operations.len() > 20,
        "the contract has lost its operations"
    );
    operations
}

impl Operation {
    /// Whether it asks for a signed-in caller.
    pub(crate) fn is_secured(&self) -> bool {
        self.value["security"]
            .as_array()
            .is_some_and(|schemes| !schemes.is_empty())
    }

    /// Its `operationId`.
    pub(crate) fn id(&self) -> &str {
        self.value["operationId"].as_str().unwrap_or_default()
    }

    /// Its parameters in this place: `path`, `query` or `header`.
    pub(crate) fn parameters(&self, place: &str) -> Vec<&Value> {
        let parameters = self.value["parameters"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        parameters
            .iter()
            .filter(|parameter| parameter["in"] == place)
            .collect()
    }

    /// Its path, with `value` in the place of each id, and a provider that there is.
    pub(crate) fn path_with(&self, value: &str) -> String {
        self.path_of(|parameter| match parameter {
            "{provider}" => PROVIDER,
            _ => value,
        })
    }

    /// Its path, with what `value_of` has for each parameter (`{name}`).
    pub(crate) fn path_of<'a>(&'a self, value_of: impl Fn(&'a str) -> &'a str) -> String {
        let segments = self
            .path
            .split('/')
            .map(|segment| match segment.starts_with('{') {
                true => value_of(segment),
                false => segment,
            });
        segments.collect::<Vec<&str>>().join("/")
    }

    /// A request of it by `client`, with nobody's id in the place of each parameter.
    pub(crate) fn request(&self, client: &TestClient) -> TestRequest {
        client.request(self.method.clone(), self.path_with(NOBODY))
    }

    /// The schema of its body in this media type, if it takes one.
    pub(crate) fn body(&self, media_type: &str) -> Option<&Value> {
        self.value["requestBody"]["content"]
            .get(media_type)?
            .get("schema")
    }
}

/// What a schema says, with what it refers to in its place.
pub(crate) fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let target = schema["$ref"]
        .as_str()
        .and_then(|reference| reference.strip_prefix('#'));
    target.map_or(schema, |pointer| {
        document
            .pointer(pointer)
            .expect("a reference that leads somewhere")
    })
}

/// The alternatives of a schema: those of its `anyOf` or `oneOf`, or itself.
pub(crate) fn alternatives<'a>(document: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let schema = resolve(document, schema);
    let options = schema["anyOf"].as_array().or(schema["oneOf"].as_array());
    match options {
        Some(options) => options
            .iter()
            .flat_map(|one| alternatives(document, one))
            .collect(),
        None => vec![schema],
    }
}

/// Whether the schema lets `value` in, formats and all.
pub(crate) fn is_valid(document: &Value, schema: &Value, value: &Value) -> bool {
    let root = json!({ "allOf": [schema], "components": document["components"] });
    let options = jsonschema::draft202012::options().should_validate_formats(true);
    options.build(&root).expect("a schema").is_valid(value)
}

/// The body that satisfies every rule, as far as the schema's examples and shapes tell.
pub(crate) fn sound(document: &Value, schema: &Value) -> Value {
    let required = schema["required"].as_array().into_iter().flatten();
    required
        .map(|name| {
            let name = name.as_str().expect("a name");
            let property = resolve(document, &schema["properties"][name]);
            let value = match (&property["examples"][0], &property["enum"][0]) {
                (Value::Null, Value::Null) => made_up(document, property),
                (Value::Null, first) => first.clone(),
                (example, _) => example.clone(),
            };
            (name.to_owned(), value)
        })
        .collect()
}

/// What fits a property that has no example.
fn made_up(document: &Value, property: &Value) -> Value {
    let first = alternatives(document, property)[0];
    match (first["type"].as_str(), first["format"].as_str()) {
        _ if !first["const"].is_null() => first["const"].clone(),
        (Some("object"), _) => sound(document, first),
        (Some("array"), _) => json!(["sound"]),
        (_, Some("uuid")) => json!(NOBODY),
        _ => json!("sound enough"),
    }
}

/// The same with other texts, numbers and days for each `number`, as far as the schema lets them in.
pub(crate) fn nth(document: &Value, schema: &Value, number: usize) -> Value {
    let mut body = sound(document, schema);
    let others = [
        json!(format!("n{number}")),
        json!(number),
        json!(format!("2000-01-{:02}", number + 1)),
        json!(format!("2000-01-{:02}T12:00:00Z", number + 1)),
    ];
    for (name, value) in body.as_object_mut().expect("an object") {
        let property = &schema["properties"][name];
        let other = others.iter().find(|one| is_valid(document, property, one));
        *value = other.unwrap_or(value).clone();
    }
    body
}
