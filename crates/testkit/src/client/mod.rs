//! A client over a real socket, which holds every answer against the contract.

mod request;
mod response;
mod server;

use std::sync::Arc;

use ashlar_core::principal::UserId;
use reqwest::Method;

pub use request::TestRequest;
pub use response::TestResponse;
pub(crate) use server::Server;

/// Somebody who sends requests: signed in, or not.
#[derive(Clone, Debug)]
pub struct TestClient {
    server: Arc<Server>,
    token: Option<String>,
    user_id: Option<UserId>,
}

impl TestClient {
    pub(crate) fn new(server: Arc<Server>, token: Option<String>) -> Self {
        Self {
            server,
            token,
            user_id: None,
        }
    }

    pub(crate) fn known_as(self, user_id: UserId) -> Self {
        Self {
            user_id: Some(user_id),
            ..self
        }
    }

    /// Whom the testkit signed in.
    ///
    /// # Panics
    /// When it was not the testkit: a bearer token's user is known to the app alone.
    pub fn user_id(&self) -> UserId {
        self.user_id.expect("the testkit signed nobody in here")
    }

    /// The bearer token, if there is one.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// A `GET` of `path`, which begins with a slash and may have a query.
    pub fn get(&self, path: impl AsRef<str>) -> TestRequest {
        self.request(Method::GET, path)
    }

    /// A `POST` to `path`.
    pub fn post(&self, path: impl AsRef<str>) -> TestRequest {
        self.request(Method::POST, path)
    }

    /// A `PUT` to `path`.
    pub fn put(&self, path: impl AsRef<str>) -> TestRequest {
        self.request(Method::PUT, path)
    }

    /// A `PATCH` of `path`.
    pub fn patch(&self, path: impl AsRef<str>) -> TestRequest {
        self.request(Method::PATCH, path)
    }

    /// A `DELETE` of `path`.
    pub fn delete(&self, path: impl AsRef<str>) -> TestRequest {
        self.request(Method::DELETE, path)
    }

    /// Any method on `path`.
    pub fn request(&self, method: Method, path: impl AsRef<str>) -> TestRequest {
        let request = TestRequest::new(Arc::clone(&self.server), method, path.as_ref());
        match &self.token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        }
    }
}
