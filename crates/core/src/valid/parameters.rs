//! The pairs of a query or a form: each name once, each value decoded on its own, so that one bad
//! value does not hide the next.

use std::borrow::Cow;

use garde::Validate;
use serde::de::DeserializeOwned;

use super::report;
use crate::problem::{FieldError, Problem};

/// Decoded pairs, each name once.
pub(crate) struct Parameters<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Parameters<'a> {
    /// Decodes `encoded`; what is wrong with a pair as such goes to `errors`.
    pub(crate) fn parse(encoded: &'a str, errors: &mut Vec<FieldError>) -> Self {
        let decoded: Vec<(Cow<'a, str>, Cow<'a, str>)> =
            serde_urlencoded::from_str(encoded).unwrap_or_default();
        let mut parameters: Vec<(Cow<'a, str>, Cow<'a, str>)> = Vec::new();
        for (name, value) in decoded {
            if parameters.iter().any(|(known, _)| *known == name) {
                errors.push(FieldError::new(name, "must be given only once"));
            } else if value.contains('\0') {
                errors.push(FieldError::new(name, "must not contain NUL"));
            } else {
                parameters.push((name, value));
            }
        }
        Self(parameters)
    }

    /// Takes the parameter `name` out.
    pub(crate) fn take(&mut self, name: &str) -> Option<Cow<'a, str>> {
        let position = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(position).1)
    }

    /// The `T` that the pairs stand for, or a 422 with every error, those in `errors` first. An
    /// unknown name is one of them, and `unknown` says so.
    pub(super) fn decode<T>(&self, mut errors: Vec<FieldError>, unknown: &str) -> Result<T, Problem>
    where
        T: DeserializeOwned + Validate<Context = ()>,
    {
        for (name, value) in &self.0 {
            let alone: Result<T, _> = decode(&[(name, value)]);
            if let Err(error) = alone {
                errors.extend(report::refused_pair(
                    name,
                    value,
                    &error.to_string(),
                    unknown,
                ));
            }
        }
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        let pairs: Vec<(&str, &str)> = self.0.iter().map(|(n, v)| (&**n, &**v)).collect();
        let decoded: T = decode(&pairs).map_err(|error| {
            Problem::invalid(vec![report::wrong_shape("", &error.to_string(), None)])
        })?;
        let value_of = |path: &str| {
            let pair = pairs.iter().find(|(name, _)| *name == path);
            pair.map(|(_, value)| (*value).to_owned())
        };
        decoded
            .validate()
            .map_err(|broken| report::broken_rules(&broken, value_of))?;
        Ok(decoded)
    }
}

fn decode<T: DeserializeOwned>(pairs: &[(&str, &str)]) -> Result<T, serde_urlencoded::de::Error> {
    if pairs.is_empty() {
        return serde_urlencoded::from_str("");
    }
    let encoded = serde_urlencoded::to_string(pairs).unwrap_or_default();
    serde_urlencoded::from_str(&encoded)
}
