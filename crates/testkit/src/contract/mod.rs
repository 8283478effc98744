//! The contract, held against every answer: what the OpenAPI document does not say must not happen.

mod path;
mod schema;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use ashlar_core::http::Api;
use reqwest::Method;
use serde_json::{Map, Value};

use crate::TestResponse;
use path::Template;
use schema::Schemas;

/// What an app promises, as a judge of its answers.
pub struct Contract {
    document: Value,
    /// The contract's paths, the most specific first.
    templates: Vec<Template>,
    hidden: Hidden,
    schemas: Schemas,
}

/// What is served without being in the contract.
enum Hidden {
    /// These routes.
    Routes(Vec<(Method, Template)>),
    /// Nobody told: whatever is outside of the versioned API.
    OutsideOf(&'static str),
}

/// Answers without a body, whatever the contract says (RFC 9110, 6.4.1).
const BODILESS: [u16; 2] = [204, 304];

impl Contract {
    /// The contract of `api`. One for all apps of a process that have the same document, since
    /// schemas take longer to compile than most tests to run.
    pub(crate) fn of(api: &Api) -> Arc<Self> {
        static KNOWN: Mutex<Option<HashMap<String, Arc<Contract>>>> = Mutex::new(None);
        // The routes too: hidden ones differ without the document knowing.
        let key = format!("{}{:?}", api.document().as_value(), api.routes());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let contract = known.get_or_insert_default().entry(key);
        Arc::clone(contract.or_insert_with(|| Arc::new(Self::of_routes(api))))
    }

    /// The contract that `document` is, where all else that is known of the app is its address.
    pub(crate) fn of_document(document: Value) -> Arc<Self> {
        Arc::new(Self::new(
            document,
            Hidden::OutsideOf(ashlar_core::http::PREFIX),
        ))
    }

    fn of_routes(api: &Api) -> Self {
        let document = api.document().as_value().clone();
        let is_documented = |method: &Method, path: &str| {
            !document["paths"][path][method.as_str().to_lowercase()].is_null()
        };
        let hidden = api.routes().iter().filter_map(|route| {
            let method = route.method().as_str().parse().unwrap();
            let is_hidden = !is_documented(&method, route.path());
            is_hidden.then(|| (method, Template::new(route.path())))
        });
        let hidden = Hidden::Routes(hidden.collect());
        Self::new(document, hidden)
    }

    fn new(document: Value, hidden: Hidden) -> Self {
        let paths = document["paths"].as_object().expect("an OpenAPI document");
        let mut templates: Vec<Template> = paths.keys().map(|path| Template::new(path)).collect();
        templates.sort();
        let schemas = Schemas::new(&document);
        Self {
            document,
            templates,
            hidden,
            schemas,
        }
    }

    /// Judges an answer to `method` on `path`.
    ///
    /// # Panics
    /// When the contract does not foresee it.
    pub(crate) fn check(&self, method: &Method, path: &str, response: &TestResponse) {
        if let Err(breach) = self.judge(method, path, response) {
            panic!(
                "the contract does not foresee {response}\n{breach}\n(what is meant to break the \
                 contract is sent with `.unchecked()`)"
            );
        }
    }

    fn judge(&self, method: &Method, path: &str, response: &TestResponse) -> Result<(), String> {
        // What OPTIONS answers is the server's own doing and CORS's, not a route's.
        if *method == Method::OPTIONS || self.is_hidden(method, path) {
            return Ok(());
        }
        let template = self
            .templates
            .iter()
            .find(|template| template.matches(path));
        let Some(template) = template else {
            return unless(response.status() == 404, "no path of the contract matches");
        };
        let read_as = if *method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        let place = format!("{read_as} {template}");
        let operation = &self.document["paths"][template.as_str()][read_as.as_str().to_lowercase()];
        let Some(responses) = operation["responses"].as_object() else {
            return unless(
                response.status() == 405,
                format!("{place} is not in the contract"),
            );
        };
        let Some(promise) = responses.get(&response.status().to_string()) else {
            let listed = responses
                .keys()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(", ");
            return Err(format!(
                "{place} lists {listed}, but not {}",
                response.status()
            ));
        };
        let promise = self.resolve(promise);
        let place = format!("{place} {}", response.status());
        judge_headers(&place, promise, response)?;
        if *method == Method::HEAD || BODILESS.contains(&response.status()) {
            return unless(response.bytes().is_empty(), format!("{place} has no body"));
        }
        self.judge_body(&place, promise, response)
    }

    fn judge_body(
        &self,
        place: &str,
        promise: &Value,
        response: &TestResponse,
    ) -> Result<(), String> {
        let nothing = Map::new();
        let content = promise["content"].as_object().unwrap_or(&nothing);
        if content.is_empty() {
            return unless(response.bytes().is_empty(), format!("{place} has no body"));
        }
        let media_type = response.media_type().unwrap_or("no content type");
        let Some(promise) = content.get(media_type) else {
            let listed = content
                .keys()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(", ");
            return Err(format!("{place} lists {listed}, but not {media_type}"));
        };
        let is_json = media_type == "application/json" || media_type.ends_with("+json");
        if !is_json {
            return Ok(());
        }
        let body = serde_json::from_slice(response.bytes())
            .map_err(|error| format!("{place}: the body is no JSON: {error}"))?;
        self.schemas
            .judge(&format!("{place} {media_type}"), &promise["schema"], &body)
    }

    fn is_hidden(&self, method: &Method, path: &str) -> bool {
        match &self.hidden {
            Hidden::Routes(routes) => routes.iter().any(|(hidden, template)| {
                let answers = hidden == method || (hidden == Method::GET && method == Method::HEAD);
                answers && template.matches(path)
            }),
            Hidden::OutsideOf(prefix) => {
                !path.starts_with(prefix) && !self.templates.iter().any(|one| one.matches(path))
            }
        }
    }

    /// What `value` is, or refers to.
    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let target = value["$ref"]
            .as_str()
            .and_then(|reference| reference.strip_prefix('#'));
        target
            .and_then(|pointer| self.document.pointer(pointer))
            .unwrap_or(value)
    }
}

fn judge_headers(place: &str, promise: &Value, response: &TestResponse) -> Result<(), String> {
    let nothing = Map::new();
    let headers = promise["headers"].as_object().unwrap_or(&nothing);
    let missing = headers.iter().find(|(name, header)| {
        header["required"] == Value::Bool(true) && response.header(name).is_none()
    });
    match missing {
        Some((name, _)) => Err(format!("{place} promises the header {name}")),
        None => Ok(()),
    }
}

fn unless(fine: bool, breach: impl Into<String>) -> Result<(), String> {
    if fine { Ok(()) } else { Err(breach.into()) }
}

impl fmt::Debug for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contract")
            .field("paths", &self.templates.len())
            .finish_non_exhaustive()
    }
}
