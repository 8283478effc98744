//! What can be chosen for the client and for each upstream, and what is refused of it at start-up.

use std::{fmt, sync::Arc, time::Duration};

use crate::{client::address, secret::Secret};

/// No duration of an upstream may be longer: a longer one is a mistake in its unit.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// What all upstreams share.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// How long a new connection may take, TLS included. Default 3 s.
    pub connect_timeout: Duration,
    /// How long an unused connection is kept. Default 30 s, below the 60 s after which the usual
    /// servers close theirs.
    pub idle_timeout: Duration,
    /// How many unused connections are kept for each host. Default 32.
    pub idle_per_host: usize,
    /// Whether `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` are heeded. Default false.
    pub proxy_from_environment: bool,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            idle_timeout: Duration::from_secs(30),
            idle_per_host: 32,
            proxy_from_environment: false,
        }
    }
}

/// One upstream: where it is and how much patience we have with it.
#[derive(Clone)]
pub struct UpstreamSettings {
    /// What it is called in logs and, as the source of an error, towards our clients.
    pub name: Arc<str>,
    /// `http` or `https` URL that every path is appended to; no userinfo, query or fragment.
    pub base_url: String,
    /// Sent as `Authorization` with each call, scheme included. Default none.
    pub authorization: Option<Secret>,
    /// How long one attempt may take, from connecting to the body's last byte. Default 3 s.
    pub attempt_timeout: Duration,
    /// How long a call may take, with all its attempts and the pauses between them. Default 10 s.
    pub deadline: Duration,
    /// How often a safe or idempotent call is tried again. Default 2; 0 never.
    pub retries: u32,
    /// The pause before retry n is random between 0 and `backoff` · 2ⁿ⁻¹, at most 5 s. Default 100 ms.
    pub backoff: Duration,
    /// How many bytes of a body are read at most. Default 1 MiB.
    pub max_response_bytes: usize,
    /// When to stop asking. Default: after 5 failures, for 30 s.
    pub breaker: BreakerSettings,
}

impl UpstreamSettings {
    /// The upstream `name` at `base_url`, everything else at its default.
    pub fn new(name: impl Into<Arc<str>>, base_url: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            base_url: base_url.into(),
            authorization: None,
            attempt_timeout: Duration::from_secs(3),
            deadline: Duration::from_secs(10),
            retries: 2,
            backoff: Duration::from_millis(100),
            max_response_bytes: 1024 * 1024,
            breaker: BreakerSettings::default(),
        }
    }

    /// Refuses a duration of zero where that can never succeed, and any of more than a day.
    pub(super) fn check_durations(&self) -> Result<(), SetupError> {
        let durations = [
            (
                "attempt_timeout",
                self.attempt_timeout,
                Duration::from_millis(1),
            ),
            ("deadline", self.deadline, Duration::from_millis(1)),
            ("backoff", self.backoff, Duration::ZERO),
            ("breaker.open_for", self.breaker.open_for, Duration::ZERO),
        ];
        for (setting, value, least) in durations {
            if value < least || value > LONGEST {
                return Err(SetupError::Duration {
                    upstream: self.name.clone(),
                    setting,
                    value,
                });
            }
        }
        Ok(())
    }
}

impl fmt::Debug for UpstreamSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The base URL is not checked yet: it may hold a password.
        f.debug_struct("UpstreamSettings")
            .field("name", &self.name)
            .field("base_url", &address::redacted_text(&self.base_url))
            .field(
                "authorization",
                &self.authorization.as_ref().map(|_| "[redacted]"),
            )
            .field("attempt_timeout", &self.attempt_timeout)
            .field("deadline", &self.deadline)
            .field("retries", &self.retries)
            .field("backoff", &self.backoff)
            .field("max_response_bytes", &self.max_response_bytes)
            .field("breaker", &self.breaker)
            .finish()
    }
}

/// When an upstream is left alone.
#[derive(Debug, Clone, Copy)]
pub struct BreakerSettings {
    /// After how many failed attempts in a row the circuit opens; 0 never opens it.
    pub failures: u32,
    /// How long it stays open before one call may probe.
    pub open_for: Duration,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self {
            failures: 5,
            open_for: Duration::from_secs(30),
        }
    }
}

/// Why a client or an upstream cannot be made: a mistake in the settings, told at start-up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// TLS or the resolver is not available.
    #[error("the HTTP client cannot be built")]
    Build(#[source] reqwest::Error),
    /// The base URL cannot be used. The URL itself is not told: it may hold a password.
    #[error("the base URL of upstream `{upstream}` {reason}")]
    BaseUrl {
        /// Which upstream.
        upstream: Arc<str>,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The credential has characters that a header cannot carry.
    #[error("the authorization of upstream `{upstream}` cannot be sent in a header")]
    Authorization {
        /// Which upstream.
        upstream: Arc<str>,
    },
    /// A duration is zero or longer than a day.
    #[error(
        "`{setting}` of upstream `{upstream}` is {value:?}: it must be positive and at most a day"
    )]
    Duration {
        /// Which upstream.
        upstream: Arc<str>,
        /// Which of its settings.
        setting: &'static str,
        /// What it was set to.
        value: Duration,
    },
}
