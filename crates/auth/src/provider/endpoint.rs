//! One endpoint of a provider.

use std::time::Duration;

use ashlar_core::client::{Call, Client, SetupError, Upstream, UpstreamSettings};
use url::Url;

use crate::model::ProviderName;

/// How long one attempt may take: somebody's browser waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// More than any answer of a provider has.
const MAX_BYTES: usize = 256 * 1024;

/// One endpoint of a provider, with a circuit breaker of its own.
#[derive(Debug)]
pub(super) struct Endpoint {
    upstream: Upstream,
    /// It may have a query, which stays (RFC 6749, 3.1 and 3.2).
    query: Vec<(String, String)>,
}

impl Endpoint {
    pub(super) fn new(
        client: &Client,
        provider: &ProviderName,
        url: &Url,
    ) -> Result<Self, SetupError> {
        let query = url.query_pairs().into_owned().collect();
        let mut base = url.clone();
        base.set_query(None);
        let settings = UpstreamSettings {
            attempt_timeout: PATIENCE,
            max_response_bytes: MAX_BYTES,
            ..UpstreamSettings::new(provider.as_str(), base)
        };
        Ok(Self {
            upstream: client.upstream(settings)?,
            query,
        })
    }

    pub(super) fn get(&self) -> Call {
        self.with_query(self.upstream.get(""))
    }

    pub(super) fn post(&self) -> Call {
        self.with_query(self.upstream.post(""))
    }

    fn with_query(&self, call: Call) -> Call {
        let append = |call: Call, (name, value): &(String, String)| call.query(name, value);
        self.query.iter().fold(call, append)
    }
}
