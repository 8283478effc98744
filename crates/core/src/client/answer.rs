//! A complete 2xx answer, and what it takes to be the JSON that was promised.

use reqwest::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderMap},
};
use serde::de::DeserializeOwned;

use crate::client::{
    attempt::sanitised,
    error::{Failure, Kind},
};

/// An upstream's complete answer; its status is 2xx, or one that the call
/// [accepts](super::Call::accepting).
#[derive(Debug)]
pub struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// The status.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// A header's first value, if it is there and visible ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body's bytes, within the upstream's limit.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body as JSON. A failure says where the body does not fit and not what stands there: a 2xx
    /// body may be a token.
    pub(super) fn decode<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let content_type = self.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        if !is_json(content_type) {
            let shown = sanitised(content_type.as_bytes(), &[]);
            return Err(Failure::with_detail(
                Kind::Invalid,
                format!("content type {shown:?}"),
            ));
        }
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let place = sanitised(error.path().to_string().as_bytes(), &[]);
            misfit(error.inner(), &place)
        })?;
        reader.end().map_err(|error| misfit(&error, "the end"))?;
        Ok(value)
    }
}

fn misfit(error: &serde_json::Error, place: &str) -> Failure {
    let (category, line, column) = (error.classify(), error.line(), error.column());
    let detail = format!("JSON {category:?} error at {place:?}, line {line} column {column}");
    Failure::with_detail(Kind::Invalid, detail.to_lowercase())
}

/// Whether a `Content-Type` is JSON: `application/json` or a type with the suffix `+json`
/// (RFC 6839 section 3.1), whatever its parameters.
fn is_json(content_type: &str) -> bool {
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence == "application/json"
        || essence
            .strip_suffix("+json")
            .is_some_and(|rest| rest.starts_with("application/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_content_types() {
        for text in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/hal+json",
        ] {
            assert!(is_json(text), "{text}");
        }
        for text in [
            "",
            "text/html",
            "text/json",
            "application/jsonp",
            "application/json-seq",
        ] {
            assert!(!is_json(text), "{text}");
        }
    }

    #[test]
    fn a_body_that_does_not_fit_is_told_by_its_place_alone() {
        let answer = |body: &str| Answer {
            status: StatusCode::OK,
            headers: [(CONTENT_TYPE, "application/json".parse().unwrap())]
                .into_iter()
                .collect(),
            body: body.into(),
        };
        let failure = answer(r#"{"token":"sesame"}"#)
            .decode::<std::collections::BTreeMap<String, u8>>()
            .unwrap_err();
        assert_eq!(failure.kind, Kind::Invalid);
        let detail = failure.detail.unwrap();
        assert!(
            detail.contains("\"token\"") && !detail.contains("sesame"),
            "{detail}"
        );
        assert!(
            answer("[1] [2]").decode::<Vec<u8>>().is_err(),
            "two values are not one"
        );
        assert!(answer("").decode::<Vec<u8>>().is_err());
        assert!(
            answer(&"[".repeat(100_000))
                .decode::<serde_json::Value>()
                .is_err()
        );
        assert_eq!(answer(" [1] ").decode::<Vec<u8>>().unwrap(), [1]);
    }
}
