//! The tracker over HTTP: `GET {TASK_TRACKER_URL}/tasks/{id}`.

use ashlar_core::client::{Client, SetupError, Upstream, UpstreamSettings};
use serde_json::Value;

use crate::ports::{Answer, Tracker};

/// A [`Tracker`] that is asked over HTTP, with the timeouts, retries and circuit breaker of
/// [`ashlar_core::client`].
#[derive(Clone, Debug)]
pub struct HttpTracker(Upstream);

impl HttpTracker {
    /// The tracker at `base_url`.
    ///
    /// # Errors
    ///
    /// When the URL cannot be used.
    pub fn new(client: &Client, base_url: &str) -> Result<Self, SetupError> {
        let settings = UpstreamSettings::new("task_tracker", base_url);
        client.upstream(settings).map(Self)
    }

    /// The tracker behind `upstream`, with settings of its own.
    pub fn over(upstream: Upstream) -> Self {
        Self(upstream)
    }
}

impl Tracker for HttpTracker {
    fn detail<'a>(
        &'a self,
        external_task_id: &'a str,
    ) -> Answer<'a, Value, ashlar_core::client::UpstreamError> {
        Box::pin(async move { self.0.get("/tasks").segment(external_task_id).json().await })
    }
}
