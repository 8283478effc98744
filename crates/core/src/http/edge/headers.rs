//! The headers that every answer has.

use std::{
    io::{Cursor, Write},
    time::Duration,
};

use actix_web::{
    HttpMessage,
    dev::ServiceRequest,
    http::header::{
        self, AcceptEncoding, ContentEncoding, Encoding, HeaderMap, HeaderName, HeaderValue,
    },
};
use uuid::Uuid;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub(super) const DURATION: HeaderName = HeaderName::from_static("x-request-duration-ms");
pub(super) const PROCESS_TIME: HeaderName = HeaderName::from_static("x-process-time");
pub(super) const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// How long a client's own request id may be.
const REQUEST_ID_LIMIT: usize = 128;

/// Set on every answer that does not set it itself. An API's answers are no documents: nothing may
/// frame them, sniff them or keep them (OWASP REST Security Cheat Sheet).
const SECURITY: [(HeaderName, HeaderValue); 5] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Two years, as browsers' preload lists want it.
const STRICT_TRANSPORT: HeaderValue =
    HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// Sets the security headers that are not set yet.
pub(super) fn secure(headers: &mut HeaderMap, tls: bool) {
    for (name, value) in SECURITY {
        if !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }
    // What an answer is depends on these (RFC 9110, 12.5.5); CORS and compression add their own.
    headers.append(header::VARY, HeaderValue::from_static("accept, origin"));
    if tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
}

/// Milliseconds with two decimals.
pub(super) fn hundredths_of_a_milli(duration: Duration) -> HeaderValue {
    let hundredths = duration.as_micros() / 10;
    short(|text| write!(text, "{}.{:02}", hundredths / 100, hundredths % 100))
}

/// Seconds with four decimals.
pub(super) fn tenths_of_a_milli(duration: Duration) -> HeaderValue {
    let tenths = duration.as_micros() / 100;
    short(|text| write!(text, "{}.{:04}", tenths / 10_000, tenths % 10_000))
}

/// What the database cost, as `Server-Timing` says it.
pub(super) fn timing(statements: u32, database: Duration) -> HeaderValue {
    let hundredths = database.as_micros() / 10;
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    short(|text| write!(text, "db;desc=\"{statements}\";dur={whole}.{rest:02}"))
}

/// A value of at most 64 bytes, written without floating-point arithmetic or a second copy: this is
/// done for every answer.
fn short(write: impl FnOnce(&mut Cursor<&mut [u8]>) -> std::io::Result<()>) -> HeaderValue {
    let mut buffer = [0_u8; 64];
    let mut text = Cursor::new(buffer.as_mut_slice());
    let written = write(&mut text);
    let length = usize::try_from(text.position()).unwrap_or(0);
    match (written, HeaderValue::from_bytes(&buffer[..length])) {
        (Ok(()), Ok(value)) => value,
        _ => HeaderValue::from_static("0"),
    }
}

/// Drops an `Accept-Encoding` that leaves nothing, not even the answer as it is: to be answered all
/// the same is more use than a 406 (RFC 9110, 12.5.3).
pub(super) fn relent(request: &mut ServiceRequest) {
    const CODINGS: [Encoding; 4] = [
        Encoding::Known(ContentEncoding::Identity),
        Encoding::Known(ContentEncoding::Brotli),
        Encoding::Known(ContentEncoding::Gzip),
        Encoding::Known(ContentEncoding::Deflate),
    ];
    // Only a weight of zero refuses anything, and hardly anybody writes one.
    let mut given = request.headers().get_all(header::ACCEPT_ENCODING);
    if !given.any(|value| value.as_bytes().contains(&b'0')) {
        return;
    }
    let accepted = request.get_header::<AcceptEncoding>();
    if accepted.is_some_and(|accepted| accepted.negotiate(CODINGS.iter()).is_none()) {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
}

/// The client's id if it is sane, else a new one. Anything else would let a client write into logs.
pub(super) fn request_id(headers: &HeaderMap) -> Box<str> {
    let sane = |id: &&str| {
        (1..=REQUEST_ID_LIMIT).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let given = headers
        .get(&REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .filter(sane);
    given.map_or_else(new_request_id, Box::from)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a request is no entity, so it has no typed id"
)]
fn new_request_id() -> Box<str> {
    let mut text = Uuid::encode_buffer();
    Box::from(&*Uuid::now_v7().hyphenated().encode_lower(&mut text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_their_decimals() {
        let duration = Duration::from_micros(1_234_567);
        assert_eq!(hundredths_of_a_milli(duration), "1234.56");
        assert_eq!(tenths_of_a_milli(duration), "1.2345");
        assert_eq!(hundredths_of_a_milli(Duration::ZERO), "0.00");
        assert_eq!(
            timing(3, Duration::from_micros(1_205)),
            "db;desc=\"3\";dur=1.20"
        );
    }
}
