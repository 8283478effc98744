//! Cookies (RFC 6265bis): read from a request, and set with an answer.

use std::{fmt, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderValue},
    },
};

use super::Answer;
use crate::openapi::{Describe, Operation};

/// A request that brings several cookies of one name: another site on a sibling domain may have
/// planted one of them, and nobody can tell which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("several cookies have the same name")]
pub struct Ambiguous;

/// The value of the cookie `name`.
///
/// # Errors
///
/// When there are several of them.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Ambiguous> {
    // HTTP/2 may split the header (RFC 9113, 8.2.3).
    let pairs = headers
        .get_all(header::COOKIE)
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(key, _)| *key == name);
    let first = values.next().map(|(_, value)| value);
    match values.next() {
        Some(_) => Err(Ambiguous),
        None => Ok(first),
    }
}

/// A cookie for a browser to keep: `HttpOnly` and `SameSite=Strict`, for one host alone.
#[derive(Clone)]
pub struct SetCookie {
    /// Its name.
    pub name: &'static str,
    /// Its value: no blanks, quotes, commas, semicolons or backslashes (RFC 6265bis, 4.1.1).
    pub value: String,
    /// Below which path it is sent.
    pub path: &'static str,
    /// How long it is kept; zero removes it.
    pub max_age: Duration,
    /// Whether it is sent over HTTPS alone.
    pub secure: bool,
}

impl SetCookie {
    fn header_value(&self) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let header = format!(
            "{}={}; Path={}; Max-Age={}; HttpOnly; SameSite=Strict{secure}",
            self.name,
            self.value,
            self.path,
            self.max_age.as_secs(),
        );
        let mut header = HeaderValue::try_from(header).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

/// Without its value, which may be a secret.
impl fmt::Debug for SetCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetCookie")
            .field("name", &self.name)
            .field("path", &self.path)
            .field("max_age", &self.max_age)
            .field("secure", &self.secure)
            .finish_non_exhaustive()
    }
}

/// An answer that may set cookies.
#[derive(Debug)]
pub struct WithCookies<A> {
    /// The answer.
    pub answer: A,
    /// The cookies.
    pub cookies: Vec<SetCookie>,
}

impl<A: Answer> Answer for WithCookies<A> {
    fn answer(self, request: &HttpRequest) -> HttpResponse {
        let mut response = self.answer.answer(request);
        let values = self.cookies.iter().filter_map(SetCookie::header_value);
        for value in values {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
        response
    }
}

impl<A: Describe> Describe for WithCookies<A> {
    fn describe(operation: &mut Operation<'_>) {
        A::describe(operation);
        for status in [StatusCode::OK, StatusCode::CREATED, StatusCode::NO_CONTENT] {
            let purpose = "Cookies of a session that a browser keeps";
            operation.optional_answer_header(status, "Set-Cookie", purpose);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookies: &[&'static str]) -> HeaderMap {
        let header = |value: &&'static str| (header::COOKIE, HeaderValue::from_static(value));
        cookies.iter().map(header).collect()
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let one = headers(&["theme=dark;sid=a=b; sid2=c", "__Host-sid=d"]);
        assert_eq!(cookie(&one, "sid"), Ok(Some("a=b")));
        assert_eq!(cookie(&one, "sid2"), Ok(Some("c")));
        assert_eq!(cookie(&one, "__Host-sid"), Ok(Some("d")));
        assert_eq!(cookie(&one, "SID"), Ok(None));
        assert_eq!(cookie(&one, "si"), Ok(None));
    }

    #[test]
    fn two_of_a_name_are_none() {
        assert_eq!(cookie(&headers(&["sid=a; sid=b"]), "sid"), Err(Ambiguous));
        assert_eq!(cookie(&headers(&["sid=a", "sid=a"]), "sid"), Err(Ambiguous));
    }

    #[test]
    fn a_value_cannot_add_headers_and_is_not_shown() {
        let set = |value: &str| SetCookie {
            name: "sid",
            value: value.to_owned(),
            path: "/",
            max_age: Duration::from_secs(60),
            secure: true,
        };
        assert_eq!(
            set("a").header_value().unwrap(),
            "sid=a; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure"
        );
        assert!(set("a\r\nx: y").header_value().is_none());
        assert!(!format!("{:?}", set("hunter2")).contains("hunter2"));
    }
}
