//! One outbound HTTP client for all upstreams: timeouts, retries of safe calls, a circuit breaker per
//! upstream, a limit on what is read, and errors that say what to answer our own client.
//!
//! ```no_run
//! # use ashlar_core::{clock::Clock, client::{Client, ClientSettings, UpstreamSettings}};
//! # #[derive(serde::Deserialize)] struct Task;
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(&ClientSettings::default(), Clock::system())?;
//! let tracker = client.upstream(UpstreamSettings::new("tracker", "https://tracker.example/api"))?;
//! let task: Task = tracker.get("/tasks").segment("TASK-7").json().await?;
//! # Ok(()) }
//! ```
//!
//! What an upstream answers is never trusted: its text reaches the log only as a short sanitised
//! excerpt, and a client of ours never.

mod address;
mod answer;
mod attempt;
mod breaker;
mod call;
mod error;
mod retry;
mod settings;
mod upstream;

pub use answer::Answer;
pub use call::Call;
pub use error::{Kind, UpstreamError};
pub use reqwest::Method;
pub use settings::{BreakerSettings, ClientSettings, SetupError, UpstreamSettings};
pub use upstream::Upstream;

use crate::clock::Clock;

/// The process's connections to the outside. Built once; cheap to clone, and clones share the pool.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    clock: Clock,
}

impl Client {
    /// A client with an empty connection pool.
    ///
    /// It follows no redirect (an upstream must not send us elsewhere), decodes no compressed body
    /// (the size limit would not hold), and asks for `Accept-Encoding: identity` accordingly. The
    /// clock reads a `Retry-After` that is a date; timeouts and pauses are tokio's.
    ///
    /// # Errors
    /// [`SetupError::Build`] if TLS or the resolver cannot be set up, for example on a machine
    /// without any root certificate.
    pub fn new(settings: &ClientSettings, clock: Clock) -> Result<Self, SetupError> {
        #[expect(clippy::disallowed_methods, reason = "this is the client")]
        let builder = reqwest::Client::builder()
            .user_agent(concat!("ashlar/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(settings.idle_timeout)
            .pool_max_idle_per_host(settings.idle_per_host)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd();
        let builder = if settings.proxy_from_environment {
            builder
        } else {
            builder.no_proxy()
        };
        let http = builder.build().map_err(SetupError::Build)?;
        Ok(Self { http, clock })
    }

    /// An upstream reached through this client, with a circuit breaker of its own: make it once and
    /// clone it.
    ///
    /// # Errors
    /// [`SetupError`] for a base URL, credential or duration that cannot be used.
    pub fn upstream(&self, settings: UpstreamSettings) -> Result<Upstream, SetupError> {
        Upstream::new(self.clone(), settings)
    }
}
