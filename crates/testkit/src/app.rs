//! A served app and the people who use it.

use std::{fmt, sync::Arc};

use crate::{
    Contract, Engines, Tokens,
    client::{Server, TestClient},
};
use ashlar_core::{
    http::{Api, ServerHandle},
    openapi::Document,
    principal::UserId,
};

/// Domains on a real server on a free port. It serves until it is stopped, or its world ends, so that
/// a test may keep its clients alone.
pub struct TestApp {
    server: Arc<Server>,
    document: Document,
    handle: ServerHandle,
    tokens: Arc<Tokens>,
    engines: Option<Engines>,
}

impl TestApp {
    pub(crate) fn new(api: &Api, port: u16, handle: ServerHandle, tokens: Arc<Tokens>) -> Self {
        let settings = api.settings();
        let certificate = settings
            .tls
            .as_ref()
            .map(|tls| std::fs::read(&tls.cert).unwrap());
        let contract = Contract::of(api);
        let server = Server::new(settings.base_url(port), contract, certificate.as_deref());
        Self {
            server: Arc::new(server),
            document: api.document().clone(),
            handle,
            tokens,
            engines: None,
        }
    }

    pub(crate) fn with_engines(mut self, engines: Engines) -> Self {
        self.engines = Some(engines);
        self
    }

    /// Relays the events and runs the jobs that wait, and what comes of them, as far as the clock
    /// lets them begin. Answers how much there was.
    ///
    /// # Panics
    /// When the app was served without its domains ([`World::serve_api`](crate::World::serve_api)):
    /// nobody knows what handles its events then.
    pub async fn settle(&self) -> usize {
        let engines = self
            .engines
            .as_ref()
            .expect("an app whose domains are known");
        engines.settle().await
    }

    /// The base URL, without a slash at the end.
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// The contract, against which every response is checked.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Somebody new who is signed in and has no permissions.
    pub fn user(&self) -> TestClient {
        self.user_with(&[])
    }

    /// Somebody new who is signed in and holds these permissions.
    pub fn user_with(&self, permissions: &[&'static str]) -> TestClient {
        self.sign_in(UserId::new(), permissions)
    }

    /// This user, signed in once more, with these permissions.
    pub fn sign_in(&self, user_id: UserId, permissions: &[&'static str]) -> TestClient {
        let token = self.tokens.sign_in(user_id, permissions);
        self.bearer(token).known_as(user_id)
    }

    /// Whoever holds this token.
    pub fn bearer(&self, token: impl Into<String>) -> TestClient {
        TestClient::new(Arc::clone(&self.server), Some(token.into()))
    }

    /// Somebody who is not signed in.
    pub fn anonymous(&self) -> TestClient {
        TestClient::new(Arc::clone(&self.server), None)
    }

    /// Stops it as SIGTERM would, and waits until the requests under way are answered.
    pub async fn stop(self) {
        self.handle.stop().await;
    }
}

impl fmt::Debug for TestApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TestApp").field(&self.url()).finish()
    }
}
