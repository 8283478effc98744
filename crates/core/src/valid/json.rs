//! A JSON body that has been read, decoded and checked.

use std::{fmt, future::Future, ops::Deref, pin::Pin, str};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use garde::Validate;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    body::{self, Incoming},
    object::FromObject,
    report,
};
use crate::{
    openapi::{Describe, Operation},
    problem::{FIELD_LIMIT, FieldError, Problem},
};

/// A `T` from a JSON body.
///
/// 415 for another content type, 413 over the [`BodyLimit`](super::BodyLimit), 400 when it is not
/// JSON, 422 when it is no `T` or breaks one of its rules.
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
    let text = str::from_utf8(bytes)
        .map_err(|error| Problem::bad_request("The body is not valid UTF-8").caused_by(error))?;
    let mut json = serde_json::Deserializer::from_str(text);
    let body: T = serde_path_to_error::deserialize(FromObject(&mut json))
        .map_err(|error| undecodable::<T>(bytes, &error))?;
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

fn undecodable<T: DeserializeOwned>(
    bytes: &[u8],
    error: &serde_path_to_error::Error<serde_json::Error>,
) -> Problem {
    // A wrong type in the first half must not hide that the second half is no JSON at all.
    let broken = serde_json::from_slice::<serde::de::IgnoredAny>(bytes).err();
    if let Some(broken) = &broken {
        return malformed(broken);
    }
    let body = serde_json::from_slice(bytes).unwrap_or_default();
    let mut details = wrong_fields::<T>(&body);
    let first = refusal(&body, error);
    if !details.iter().any(|detail| detail.field == first.field) {
        details.push(first);
    }
    Problem::invalid(details)
}

/// What is wrong with each of the body's fields, tried on its own, so that one does not hide the
/// next.
fn wrong_fields<T: DeserializeOwned>(body: &Value) -> Vec<FieldError> {
    let fields = body.as_object().into_iter().flatten();
    let refusals = fields.filter_map(|(name, value)| {
        let alone = Value::from_iter([(name.clone(), value.clone())]);
        let error = serde_path_to_error::deserialize::<_, T>(&alone).err()?;
        report::concerns_value(&error.path().to_string(), &error.inner().to_string())
            .then(|| refusal(&alone, &error))
    });
    refusals.take(FIELD_LIMIT).collect()
}

fn refusal(body: &Value, error: &serde_path_to_error::Error<serde_json::Error>) -> FieldError {
    let path = error.path().to_string();
    report::wrong_shape(
        &path,
        &error.inner().to_string(),
        report::scalar_at(body, &path),
    )
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

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[garde(length(chars, min = 1))]
        name: String,
        #[garde(skip)]
        count: u32,
        #[garde(dive)]
        items: Vec<Item>,
    }

    #[derive(Debug, Deserialize, Validate)]
    struct Item {
        #[garde(range(min = 1))]
        quantity: i64,
    }

    fn refused(body: &str) -> String {
        format!("{:?}", decode::<Order>(body.as_bytes()).unwrap_err())
    }

    #[test]
    fn one_wrong_field_does_not_hide_the_next() {
        let text = refused(r#"{"name": 1, "items": [{"quantity": "x"}], "other": 1}"#);
        for field in ["\"name\"", "items[0].quantity", "\"other\""] {
            assert_eq!(text.matches(field).count(), 1, "{field}: {text}");
        }
        let text = refused(r#"{"name": "a", "items": []}"#);
        assert!(
            text.contains("\"count\"") && text.contains("is required"),
            "{text}"
        );
        let text = refused(r#"{"name": "a", "items": [{}], "count": -1}"#);
        assert!(
            text.contains("items[0].quantity") && text.contains("\"count\""),
            "{text}"
        );
    }

    #[test]
    fn an_answer_does_not_grow_with_how_wrong_a_body_is() {
        let name = "x".repeat(1 << 16);
        let unknown: Vec<String> = (0..100).map(|i| format!(r#""{i}{name}": 1"#)).collect();
        let nul = vec![r#""\u0000""#; 1000];
        for body in [
            format!("{{{}}}", unknown.join(",")),
            format!(r#"{{"items": [{}]}}"#, nul.join(",")),
            format!(r#"{{"name": "a", "count": "{name}", "items": []}}"#),
        ] {
            let text = refused(&body);
            assert!(text.len() < 20_000, "{} bytes", text.len());
        }
    }

    #[test]
    fn a_body_is_decoded() {
        let body = br#"{"name": "a", "count": 2, "items": [{"quantity": 3}]}"#;
        let order: Order = decode(body).unwrap();
        assert_eq!((order.name.as_str(), order.count), ("a", 2));
        assert_eq!(order.items[0].quantity, 3);
    }

    #[test]
    fn what_is_no_object_is_refused_as_a_whole() {
        for body in ["[]", "[\"a\", 1, []]", "1", "null", "\"x\""] {
            let text = refused(body);
            assert!(text.contains("ValidationError"), "{body}: {text}");
            assert!(
                text.contains("\"body\"") && text.contains("must be an object"),
                "{text}"
            );
        }
        for body in ["", "{", "{\"name\": 1,}", "{} {}"] {
            assert!(refused(body).contains("BadRequest"), "{body}");
        }
    }
}
