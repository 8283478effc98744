//! Optimistic concurrency over HTTP (RFC 9110, section 13): a version is an entity tag.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{
        Method,
        header::{self, HeaderName, HeaderValue},
    },
};

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;

use crate::{
    openapi::{Describe, Operation},
    problem::{Code, Problem},
    record::Expected,
};

/// The entity tag of a version: `"7"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// The tag of the version with this number.
    pub fn of_version(version: i64) -> Self {
        Self(format!("\"{version}\""))
    }

    /// The tag of a version together with something that changes on its own: `"7-Yk3…"`. A client
    /// has both or none of it; for `If-Match` it names the version.
    pub fn of_version_with(version: i64, other: &impl Serialize) -> Self {
        let content = serde_json::to_vec(other).unwrap_or_default();
        Self(format!("\"{version}-{}\"", fingerprint(&content)))
    }

    /// The tag of a content: the same content has the same tag, in every process.
    pub(crate) fn of_content(content: &[u8]) -> Self {
        Self(format!("\"{}\"", fingerprint(content)))
    }

    pub(crate) fn header_value(&self) -> HeaderValue {
        // A number between quotes is always a valid header value.
        HeaderValue::from_str(&self.0).unwrap_or(HeaderValue::from_static("\"\""))
    }
}

/// The versions that `If-Match` allows a change to be made to; without the header, any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IfMatch(pub Expected);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        if !request.headers().contains_key(header::IF_MATCH) {
            return ready(Ok(Self(Expected::any())));
        }
        // A header that names no tag matches nothing: its sender wanted a condition, and lost it.
        let mut versions = Vec::new();
        for tag in tags(request, &header::IF_MATCH) {
            if tag == "*" {
                return ready(Ok(Self(Expected::any())));
            }
            // Weak and foreign tags match nothing (RFC 9110, 13.1.1: strong comparison).
            versions.extend(version(tag));
        }
        ready(Ok(Self(Expected::one_of(versions))))
    }
}

impl Describe for IfMatch {
    fn describe(operation: &mut Operation<'_>) {
        operation.header_parameter(
            "If-Match",
            "The version (an ETag) that the change is meant for; 412 when it has changed since",
        );
        operation.fails(Code::PreconditionFailed);
    }
}

/// Whether `If-None-Match` names `etag` (weak comparison, RFC 9110, 13.1.2) on a read.
pub(crate) fn not_modified(request: &HttpRequest, etag: &ETag) -> bool {
    let read = request.method() == Method::GET || request.method() == Method::HEAD;
    read && tags(request, &header::IF_NONE_MATCH)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag.0)
}

fn tags<'a>(request: &'a HttpRequest, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    request
        .headers()
        .get_all(name)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
}

/// 128 bits of its SHA-256, as text.
fn fingerprint(content: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, content);
    URL_SAFE_NO_PAD.encode(&digest.as_ref()[..16])
}

fn version(tag: &str) -> Option<i64> {
    let tag = tag.strip_prefix('"')?.strip_suffix('"')?;
    // What follows the version tells of something that no change here is meant for.
    let digits = tag.split_once('-').map_or(tag, |(version, _)| version);
    let version = digits.parse::<i64>().ok()?;
    // `"07"` is another tag than `"7"`.
    (version.to_string() == digits).then_some(version)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn if_match(value: &str) -> Expected {
        let request = TestRequest::default()
            .insert_header((header::IF_MATCH, value))
            .to_http_request();
        let mut payload = Payload::None;
        IfMatch::from_request(&request, &mut payload)
            .into_inner()
            .unwrap()
            .0
    }

    #[test]
    fn only_the_named_versions_may_change() {
        assert!(if_match("\"3\"").allows(3));
        assert!(!if_match("\"3\"").allows(4));
        assert!(if_match("\"2\", \"4\"").allows(4));
        assert!(if_match("*").allows(9));
        let tag = ETag::of_version_with(3, &"what the tracker says");
        assert!(if_match(&tag.0).allows(3));
        assert!(!if_match(&tag.0).allows(4));
    }

    #[test]
    fn weak_and_foreign_tags_match_nothing() {
        for tag in ["W/\"3\"", "3", "\"03\"", "\"abc\"", "\"+3\"", "", ","] {
            assert!(!if_match(tag).allows(3), "{tag}");
        }
    }
}
