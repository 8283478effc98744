//! A request in the making.

use std::{fmt::Display, sync::Arc, time::Duration};

use reqwest::{Method, RequestBuilder, Url, header::CONTENT_TYPE};
use serde::Serialize;

use super::{Server, TestResponse};

/// A request in the making.
#[must_use = "it is not sent yet"]
#[derive(Debug)]
pub struct TestRequest {
    server: Arc<Server>,
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    request: RequestBuilder,
    checked: bool,
}

impl TestRequest {
    pub(super) fn new(server: Arc<Server>, method: Method, path: &str) -> Self {
        assert!(
            path.starts_with('/'),
            "{path:?} does not begin with a slash"
        );
        // The whole URL is known when it is sent.
        let request = server.client.request(method.clone(), &server.url);
        Self {
            path: path.to_owned(),
            query: Vec::new(),
            server,
            method,
            request,
            checked: true,
        }
    }

    /// A JSON body, with its content type.
    pub fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        self.with(|request| request.json(body))
    }

    /// Any body; its content type is yours to say.
    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        self.with(|request| request.body(body.into()))
    }

    /// A body as HTML forms send it, with its content type.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let mut body = Url::parse("form:").unwrap();
        body.query_pairs_mut().extend_pairs(fields);
        let body = body.query().unwrap_or_default().to_owned();
        self.header(CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded")
            .body(body)
    }

    /// One more header.
    pub fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.with(|request| request.header(name, value.as_ref()))
    }

    /// One more query parameter.
    pub fn query(mut self, name: &str, value: impl Display) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Waits this long for the answer, instead of a minute.
    pub fn timeout(self, patience: Duration) -> Self {
        self.with(|request| request.timeout(patience))
    }

    /// Does not hold the answer against the contract: for what no contract foresees.
    pub fn unchecked(mut self) -> Self {
        self.checked = false;
        self
    }

    /// Sends it.
    ///
    /// # Panics
    /// When no answer comes, or one that the contract does not know.
    pub async fn send(self) -> TestResponse {
        let call = format!("{} {}", self.method, self.path);
        let outcome = self.try_send().await;
        outcome.unwrap_or_else(|error| panic!("{call}: no answer: {error:?}"))
    }

    /// Sends it, where a connection that ends without an answer is a possible outcome.
    ///
    /// # Errors
    /// When no answer comes.
    ///
    /// # Panics
    /// When an answer comes that the contract does not know.
    pub async fn try_send(self) -> Result<TestResponse, reqwest::Error> {
        let (client, request) = self.request.build_split();
        let mut request = request?;
        *request.url_mut() = url(&self.server.url, &self.path, &self.query);
        let path = request.url().path().to_owned();
        let response = TestResponse::read(&self.method, client.execute(request).await?).await?;
        if self.checked {
            self.server.contract.check(&self.method, &path, &response);
        }
        Ok(response)
    }

    fn with(mut self, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        self.request = change(self.request);
        self
    }
}

fn url(base: &str, path: &str, query: &[(String, String)]) -> Url {
    let mut url = Url::parse(&format!("{base}{path}")).unwrap();
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url
}
