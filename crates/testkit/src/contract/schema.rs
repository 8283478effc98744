//! The contract's schemas, compiled when first needed.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use jsonschema::Validator;
use serde_json::{Value, json};

/// How many violations are told: one that is wrong at its root is wrong everywhere.
const TOLD: usize = 5;

/// The schemas of one document.
pub(super) struct Schemas {
    /// What schemas refer to.
    components: Value,
    compiled: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Schemas {
    pub(super) fn new(document: &Value) -> Self {
        Self {
            components: document["components"].clone(),
            compiled: Mutex::default(),
        }
    }

    /// Holds `body` against `schema`, which stands at `place` in the document.
    pub(super) fn judge(&self, place: &str, schema: &Value, body: &Value) -> Result<(), String> {
        let validator = self.validator(place, schema);
        let told: Vec<String> = validator
            .iter_errors(body)
            .take(TOLD)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        if told.is_empty() {
            return Ok(());
        }
        Err(format!(
            "{place}: the body is not what the schema says:\n  {}",
            told.join("\n  ")
        ))
    }

    fn validator(&self, place: &str, schema: &Value) -> Arc<Validator> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        let validator = compiled.entry(place.to_owned()).or_insert_with(|| {
            // A root of its own, beside the components: where `#/components/…` leads to.
            let root = json!({ "allOf": [schema], "components": self.components });
            let options = jsonschema::draft202012::options().should_validate_formats(true);
            let validator = options.build(&root);
            Arc::new(validator.unwrap_or_else(|error| panic!("{place}: no JSON schema: {error}")))
        });
        Arc::clone(validator)
    }
}
