//! The three shapes of an error answer, and the choice between them.

use std::time::Duration;

use actix_web::http::{
    StatusCode,
    header::{self, HeaderMap, HeaderValue},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Details, FieldError, Problem};

/// The form of an answer, chosen by the request's `Accept`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rendering {
    /// `application/json`: plain bodies, and errors as `{"error":{…}}`.
    Json,
    /// `application/problem+json`: plain bodies, and errors as in RFC 9457.
    Problem,
    /// `application/vnd.vben+json`: every body in an envelope `{"code","message","data"}`.
    Vben,
}

impl Rendering {
    const ALL: [Self; 3] = [Self::Json, Self::Problem, Self::Vben];

    /// Chooses by the `Accept` header's quality values (RFC 9110, 12.5.1). A client that accepts
    /// anything, or nothing that is on offer, gets `default`.
    pub fn negotiate(headers: &HeaderMap, default: Self) -> Self {
        let Some(accept) = headers.get(header::ACCEPT) else {
            return default;
        };
        match accept.as_bytes() {
            b"*/*" => default,
            b"application/json" => Self::Json,
            bytes => std::str::from_utf8(bytes)
                .ok()
                .and_then(Self::preferred)
                .unwrap_or(default),
        }
    }

    /// The named media type with the highest quality; the first of equals.
    fn preferred(accept: &str) -> Option<Self> {
        let mut best: Option<(Self, f32)> = None;
        for range in accept.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let media_type = parts.next().unwrap_or_default();
            let Some(rendering) = Self::ALL
                .into_iter()
                .find(|one| one.content_type().eq_ignore_ascii_case(media_type))
            else {
                continue;
            };
            let quality = parts
                .find_map(|parameter| parameter.strip_prefix("q="))
                .map_or(1.0, |q| q.parse().unwrap_or(0.0));
            if quality > best.map_or(0.0, |(_, best)| best) {
                best = Some((rendering, quality));
            }
        }
        best.map(|(rendering, _)| rendering)
    }

    /// The media type of an error in this form.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Problem => "application/problem+json",
            Self::Vben => "application/vnd.vben+json",
        }
    }
}

/// The default shape of an error.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ErrorResponse")]
pub(crate) struct ErrorEnvelope<'a> {
    /// What went wrong.
    error: ErrorBody<'a>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ErrorBody<'a> {
    /// What went wrong, for programs.
    code: &'a str,
    /// What went wrong, for people.
    message: &'a str,
    /// What is wrong with each field, or which third party failed.
    details: &'a Details,
    /// The request's id, as in `X-Request-Id`: quote it when you report the error.
    request_id: &'a str,
}

/// The shape of RFC 9457.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct ProblemDetails<'a> {
    /// Always `about:blank`: the code tells the kind (RFC 9457, 4.2.1).
    r#type: &'a str,
    /// The status in words.
    title: &'a str,
    /// The HTTP status.
    #[schemars(range(min = 400, max = 599))]
    status: u16,
    /// What went wrong, for people.
    detail: &'a str,
    /// The path of the request that failed.
    instance: &'a str,
    /// What went wrong, for programs.
    code: &'a str,
    /// What is wrong with each field.
    errors: &'a [FieldError],
    /// Which third party failed, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    /// The request's id, as in `X-Request-Id`.
    request_id: &'a str,
}

/// The shape that Vben front ends read.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct VbenError<'a> {
    /// What went wrong, for programs.
    code: &'a str,
    /// What went wrong, for people.
    message: &'a str,
    /// Always null.
    data: (),
    /// What is wrong with each field, or which third party failed.
    details: &'a Details,
}

impl Problem {
    /// The answer's body. `instance` is the request's path.
    pub(crate) fn body(&self, rendering: Rendering, request_id: &str, instance: &str) -> Vec<u8> {
        let code = self.code.as_str();
        let message = self.message.as_ref();
        let details = &self.details;
        let body = match rendering {
            Rendering::Json => serde_json::to_vec(&ErrorEnvelope {
                error: ErrorBody {
                    code,
                    message,
                    details,
                    request_id,
                },
            }),
            Rendering::Problem => serde_json::to_vec(&ProblemDetails {
                r#type: "about:blank",
                title: self.status().canonical_reason().unwrap_or("Error"),
                status: self.status().as_u16(),
                detail: message,
                instance,
                code,
                errors: details.fields(),
                source: details.source(),
                request_id,
            }),
            Rendering::Vben => serde_json::to_vec(&VbenError {
                code,
                message,
                data: (),
                details,
            }),
        };
        // Strings and numbers always serialize; an empty body is still an answer.
        body.unwrap_or_default()
    }

    /// The headers that belong to the problem, whatever its rendering.
    pub(crate) fn write_headers(&self, headers: &mut HeaderMap) {
        if let Some(wait) = self.retry_after {
            headers.insert(header::RETRY_AFTER, whole_seconds(wait).into());
        }
        if let Some((name, value)) = self.header.as_deref() {
            headers.insert(name.clone(), value.clone());
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
    }
}

fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

impl Details {
    fn fields(&self) -> &[FieldError] {
        match self {
            Self::Fields(fields) => fields,
            Self::Upstream(_) => &[],
        }
    }

    fn source(&self) -> Option<&str> {
        match self {
            Self::Fields(_) => None,
            Self::Upstream(upstream) => Some(&upstream.source),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiate(accept: &str) -> Rendering {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_str(accept).unwrap());
        Rendering::negotiate(&headers, Rendering::Json)
    }

    #[test]
    fn accept_chooses_the_rendering() {
        assert_eq!(negotiate("application/problem+json"), Rendering::Problem);
        assert_eq!(negotiate("Application/Problem+JSON"), Rendering::Problem);
        assert_eq!(negotiate("application/vnd.vben+json, */*"), Rendering::Vben);
        assert_eq!(
            negotiate("application/json;q=0.4, application/problem+json;q=0.9"),
            Rendering::Problem
        );
        assert_eq!(negotiate("application/problem+json;q=0"), Rendering::Json);
        assert_eq!(negotiate("text/html"), Rendering::Json);
    }

    #[test]
    fn retry_after_never_comes_too_early() {
        assert_eq!(whole_seconds(Duration::from_millis(1)), 1);
        assert_eq!(whole_seconds(Duration::from_secs(2)), 2);
    }
}
