//! A JSON body that has been read, decoded and checked.

use std::{fmt, future::Future, ops::Deref, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use garde::Validate;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    body::{self, Incoming},
    report,
};
use crate::{
    openapi::{Describe, Operation},
    problem::Problem,
};

/// A `T` from a JSON body.
///
/// 415 for another content type, 413 over the [`BodyLimit`](super::BodyLimit), 400 when it is not JSON, 422 when it
/// is no `T` or breaks one of its rules.
pub struct ValidJson<T>(pub T);

impl<T> ValidJson<T> {
    /// The body.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for ValidJson<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for ValidJson<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T> FromRequest for ValidJson<T>
where
    T: DeserializeOwned + Validate<Context = ()> + 'static,
{
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = Incoming::of(
            request,
            payload,
            is_json,
            "The body must be application/json",
        );
        Box::pin(async move { decode(&body.read().await?).map(Self) })
    }
}

impl<T: JsonSchema> Describe for ValidJson<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.body::<T>("application/json");
        body::describe_refusals(operation);
    }
}

fn is_json(content_type: &str) -> bool {
    content_type.eq_ignore_ascii_case("application/json")
        || (content_type.starts_with("application/") && content_type.ends_with("+json"))
}

fn decode<T: DeserializeOwned + Validate<Context = ()>>(bytes: &[u8]) -> Result<T, Problem> {
    refuse_nul(bytes)?;
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let body: T =
        serde_path_to_error::deserialize(&mut json).map_err(|error| undecodable(bytes, &error))?;
    json.end().map_err(|error| malformed(&error))?;
    body.validate()
        .map_err(|broken| report::broken_rules(&broken, |path| sent(bytes, path)))?;
    Ok(body)
}

/// PostgreSQL cannot store NUL in text, and no text of ours needs one.
fn refuse_nul(bytes: &[u8]) -> Result<(), Problem> {
    let escaped = b"\\u0000";
    if !bytes.windows(escaped.len()).any(|window| window == escaped) {
        return Ok(());
    }
    let mut found = Vec::new();
    if let Ok(body) = serde_json::from_slice::<Value>(bytes) {
        report::nul_paths(&body, "", &mut found);
    }
    if found.is_empty() {
        return Ok(());
    }
    Err(Problem::invalid(found))
}

fn undecodable(bytes: &[u8], error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    // A wrong type in the first half must not hide that the second half is no JSON at all.
    let broken = serde_json::from_slice::<serde::de::IgnoredAny>(bytes).err();
    if let Some(broken) = &broken {
        return malformed(broken);
    }
    let path = error.path().to_string();
    let value = sent(bytes, &path);
    report::wrong_shape(&path, &error.inner().to_string(), value)
}

fn malformed(error: &serde_json::Error) -> Problem {
    let message = if error.is_eof() {
        "The body ends too early"
    } else {
        "The body is not valid JSON"
    };
    Problem::bad_request(format!(
        "{message} (line {}, column {})",
        error.line(),
        error.column()
    ))
}

fn sent(bytes: &[u8], path: &str) -> Option<String> {
    let body: Value = serde_json::from_slice(bytes).ok()?;
    report::scalar_at(&body, path)
}
