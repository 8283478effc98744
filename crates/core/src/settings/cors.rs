//! Which browsers' pages may call the API.

use actix_web::http::{Method, header::HeaderName};
use reqwest::Url;

use super::{app::Environment, reader::Reader};

/// Cross-origin calls: which pages may make them, with what.
#[derive(Clone, Debug)]
pub struct CorsSettings {
    /// `CORS_ORIGINS`: the pages' origins, or `*` for all of them.
    /// Default: `http://localhost:4200,http://localhost:3000`; in production none.
    pub origins: Vec<String>,
    /// `CORS_CREDENTIALS`: whether cookies and credentials may come along. Default: true.
    pub credentials: bool,
    /// `CORS_METHODS`: the methods they may use.
    pub methods: Vec<String>,
    /// `CORS_HEADERS`: the request headers they may send.
    pub headers: Vec<String>,
}

impl CorsSettings {
    /// Reads them.
    pub fn read(reader: &mut Reader) -> Self {
        // A page on a visitor's own machine is none of ours where others have their accounts.
        let origins: &[&str] = match reader.environment() {
            Environment::Development | Environment::Test => {
                &["http://localhost:4200", "http://localhost:3000"]
            }
            Environment::Production => &[],
        };
        let settings = Self {
            origins: reader
                .var("CORS_ORIGINS", "Origins whose pages may call the API, or *")
                .check(|origins: &Vec<String>| each(origins, is_origin, ORIGIN))
                .default_as(
                    "http://localhost:4200,http://localhost:3000; in production none",
                    list(origins),
                ),
            credentials: reader
                .var(
                    "CORS_CREDENTIALS",
                    "Whether those pages may send credentials",
                )
                .default(true),
            methods: reader
                .var("CORS_METHODS", "Methods those pages may use")
                .check(|methods: &Vec<String>| each(methods, is_method, "methods as GET"))
                .default(list(&["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])),
            headers: reader
                .var("CORS_HEADERS", "Request headers those pages may send")
                .check(|headers: &Vec<String>| each(headers, is_header, "header names"))
                .default(list(&[
                    "accept",
                    "authorization",
                    "content-type",
                    "idempotency-key",
                    "if-match",
                    "if-none-match",
                    "x-csrf-token",
                    "x-request-id",
                ])),
        };
        // Browsers refuse the pair (Fetch standard, 3.3.5), and echoing any origin instead would
        // let every page act as whoever is signed in.
        if settings.credentials && settings.origins.iter().any(|origin| origin == "*") {
            let message = "must name origins, not *, unless CORS_CREDENTIALS is false";
            reader.problem("CORS_ORIGINS", message);
        }
        settings
    }
}

const ORIGIN: &str = "origins as https://app.example.com, without a path, or *";

fn list(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

fn each(items: &[String], is_right: fn(&str) -> bool, kind: &str) -> Result<(), String> {
    match items.iter().all(|item| is_right(item)) {
        true => Ok(()),
        false => Err(format!("must list {kind}")),
    }
}

/// As a browser writes it (RFC 6454, section 6.2): compared as text, so it must be written so.
fn is_origin(text: &str) -> bool {
    text == "*" || Url::parse(text).is_ok_and(|url| url.origin().ascii_serialization() == text)
}

fn is_method(text: &str) -> bool {
    Method::from_bytes(text.as_bytes()).is_ok()
        && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_header(text: &str) -> bool {
    HeaderName::from_bytes(text.as_bytes()).is_ok()
}
