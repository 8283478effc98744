//! An answer, read to its end.

use reqwest::{
    Method, StatusCode,
    header::{CONTENT_TYPE, HeaderMap, HeaderValue},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::statements::{self, counted};

/// An answer, read to its end.
#[derive(Debug)]
pub struct TestResponse {
    call: String,
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    /// What it asked of the database, if the app runs in this process.
    asked: Vec<String>,
}

impl TestResponse {
    pub(super) async fn read(
        method: &Method,
        response: reqwest::Response,
    ) -> Result<Self, reqwest::Error> {
        let (status, headers) = (response.status(), response.headers().clone());
        let call = format!("{method} {}", response.url().path());
        let body = response.bytes().await?.into();
        let id = headers.get("x-request-id").map(HeaderValue::to_str);
        Ok(Self {
            asked: match id {
                Some(Ok(id)) => statements::of_request(id),
                _ => Vec::new(),
            },
            call,
            status,
            headers,
            body,
        })
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The first header of this name, if it is there and text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Every header.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body as text.
    ///
    /// # Panics
    /// When it is no UTF-8.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        self.parse()
    }

    /// The body as a `T`.
    ///
    /// # Panics
    /// When it is none.
    pub fn parse<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{self}: {error}"))
    }

    /// The answer itself, so that a test may go on with it, if its status is this one.
    ///
    /// # Panics
    /// When it is another, showing the body.
    #[track_caller]
    pub fn assert_status(&self, expected: u16) -> &Self {
        assert!(self.status == expected, "expected {expected}, got {self}");
        self
    }

    /// An error of this status and code (`NOT_FOUND`), in the default shape.
    ///
    /// # Panics
    /// When it is anything else.
    #[track_caller]
    pub fn assert_error(&self, status: u16, code: &str) -> &Self {
        self.assert_status(status);
        assert!(self.error_code() == code, "expected {code}, got {self}");
        self
    }

    /// How many database statements the request may have cost, exactly.
    ///
    /// # Panics
    /// When it were more or fewer, with what they were, if the app runs in this process.
    #[track_caller]
    pub fn assert_statements(&self, expected: u32) -> &Self {
        let statements = self.statements();
        assert!(
            statements == expected,
            "expected {expected} statements, got {statements} for {self}{}",
            counted(&self.asked)
        );
        self
    }

    /// How many database statements the request cost.
    ///
    /// # Panics
    /// When the app does not tell.
    pub fn statements(&self) -> u32 {
        let told = self.header("server-timing").and_then(|timing| {
            let (_, metric) = timing.split_once("db;desc=\"")?;
            metric.split_once('"')?.0.parse().ok()
        });
        told.unwrap_or_else(|| panic!("no count of statements in Server-Timing: {self}"))
    }

    /// The error's code, in whichever of the three shapes.
    ///
    /// # Panics
    /// When this is no error.
    pub fn error_code(&self) -> String {
        let error = self.error();
        error["code"]
            .as_str()
            .unwrap_or_else(|| panic!("no error: {self}"))
            .to_owned()
    }

    /// The error's message, in whichever of the three shapes.
    ///
    /// # Panics
    /// When this is no error.
    pub fn error_message(&self) -> String {
        let error = self.error();
        let message = error["message"].as_str().or(error["detail"].as_str());
        message
            .unwrap_or_else(|| panic!("no error: {self}"))
            .to_owned()
    }

    /// The fields that are at fault, in the answer's order.
    ///
    /// # Panics
    /// When this is no error.
    pub fn error_fields(&self) -> Vec<String> {
        let error = self.error();
        let details = error["details"].as_array().or(error["errors"].as_array());
        let details = details.unwrap_or_else(|| panic!("no error about fields: {self}"));
        let field = |detail: &Value| detail["field"].as_str().unwrap_or_default().to_owned();
        details.iter().map(field).collect()
    }

    /// The error's object: with `code`, `message` and `details` in the default shape.
    ///
    /// # Panics
    /// When the body is no JSON.
    pub fn error(&self) -> Value {
        let mut body = self.json();
        match body.get_mut("error") {
            Some(error) => error.take(),
            None => body,
        }
    }

    /// The media type, without its parameters.
    pub(crate) fn media_type(&self) -> Option<&str> {
        let content_type = self.header(CONTENT_TYPE.as_str())?;
        Some(content_type.split(';').next()?.trim())
    }
}

impl std::fmt::Display for TestResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        write!(f, "{} → {} {body}", self.call, self.status)
    }
}
