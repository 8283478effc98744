//! One call: built from data that cannot change its shape, tried as often as that is right.

use std::{fmt, time::Duration};

use reqwest::{
    Body, Method, Request, Url,
    header::{
        ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    },
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::{Instant, sleep};

use crate::{
    client::{
        Answer, Upstream, UpstreamError, address,
        attempt::{Reading, attempt},
        error::{Failure, Kind},
        retry,
    },
    context,
    secret::Secret,
};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A request that is being built; [`Call::json`] or [`Call::send`] sends it.
///
/// What cannot be sent (a segment `..`, a header value with a line break) is told when it is sent,
/// as [`Kind::Unsendable`].
#[must_use = "a call does nothing until it is sent"]
pub struct Call {
    upstream: Upstream,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
    idempotent: bool,
    accepted: &'static [u16],
    is_confidential: bool,
    unsendable: Option<&'static str>,
}

impl Call {
    pub(super) fn new(upstream: Upstream, method: Method, path: &'static str) -> Self {
        let mut url = upstream.0.base.clone();
        address::append_path(&mut url, path);
        let idempotent = method.is_safe();
        Self {
            upstream,
            method,
            url,
            headers: HeaderMap::new(),
            body: None,
            idempotent,
            accepted: &[],
            is_confidential: false,
            unsendable: None,
        }
    }

    /// Appends one path segment of data, percent-encoded: it cannot become two, nor a query.
    pub fn segment(mut self, segment: impl AsRef<str>) -> Self {
        if !address::append_segment(&mut self.url, segment.as_ref()) {
            self.unsendable = Some("a path segment is empty, `.` or `..`");
        }
        self
    }

    /// Appends further literal path, as in `get("/projects").segment(id).path("/tasks")`.
    pub fn path(mut self, path: &'static str) -> Self {
        address::append_path(&mut self.url, path);
        self
    }

    /// Appends a query parameter, percent-encoded.
    pub fn query(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.url.query_pairs_mut().append_pair(name, value.as_ref());
        self
    }

    /// Sets a header, in place of an earlier one of that name.
    pub fn header(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes());
        match (name, HeaderValue::from_str(value.as_ref())) {
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
            }
            _ => self.unsendable = Some("a header cannot be sent"),
        }
        self
    }

    /// As [`Call::header`], for a value that must not be seen. `authorization` takes the place of
    /// the upstream's own.
    pub fn secret_header(mut self, name: &'static str, value: &Secret) -> Self {
        self = self.header(name, value.expose());
        if let Some(value) = self.headers.get_mut(name) {
            value.set_sensitive(true);
        }
        self
    }

    /// Sends `value` as a JSON body.
    pub fn json_body(mut self, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => self.body = Some(body),
            Err(_) => self.unsendable = Some("the body is not JSON"),
        }
        self.headers.insert(CONTENT_TYPE, JSON);
        self
    }

    /// Sends `body`, in which there are secrets. An upstream's error may show it again, so nothing is
    /// quoted from one.
    pub fn secret_body(mut self, content_type: &'static str, body: Vec<u8>) -> Self {
        self = self.header(CONTENT_TYPE.as_str(), content_type);
        self.body = Some(body);
        self.is_confidential = true;
        self
    }

    /// Takes these statuses for answers too: of errors whose body says more, as at a token endpoint
    /// (RFC 6749, 5.2).
    pub fn accepting(mut self, statuses: &'static [u16]) -> Self {
        self.accepted = statuses;
        self
    }

    /// Says that doing it twice is as doing it once (a PUT of a whole, a POST with an idempotency
    /// key), so that it may be retried. GET, HEAD and OPTIONS are anyway.
    pub fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Sends it and decodes the answer's JSON.
    ///
    /// # Errors
    /// As [`Call::send`], and [`Kind::Invalid`] if the body is not JSON by its content type, or not
    /// a `T`.
    pub async fn json<T: DeserializeOwned>(mut self) -> Result<T, UpstreamError> {
        self.headers.entry(ACCEPT).or_insert(JSON);
        let answer = self.run().await.map_err(|failure| self.error(failure))?;
        answer.decode().map_err(|failure| self.error(failure))
    }

    /// Sends it and reads the answer, whatever its content type.
    ///
    /// # Errors
    /// [`UpstreamError`] when there is no complete 2xx answer within the deadline and the size
    /// limit, after retries where they are allowed; of several attempts, the last one's.
    pub async fn send(self) -> Result<Answer, UpstreamError> {
        self.run().await.map_err(|failure| self.error(failure))
    }

    /// Tries until there is an answer, a failure that is final, or no time left.
    async fn run(&self) -> Result<Answer, Failure> {
        let deadline = Instant::now() + self.upstream.0.settings.deadline;
        let mut failed = 0;
        loop {
            let failure = match self.attempt_once(deadline).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            failed += 1;
            let Some(pause) = self.pause_before_retry(failed, &failure, deadline) else {
                return Err(failure);
            };
            self.log_retry(failed, pause, failure.kind);
            sleep(pause).await;
        }
    }

    /// One attempt, if the circuit breaker gives leave, and its report to the breaker.
    async fn attempt_once(&self, deadline: Instant) -> Result<Answer, Failure> {
        let shared = &*self.upstream.0;
        let request = self.request()?;
        let begun = Instant::now();
        let permit = shared
            .breaker
            .admit(begun)
            .map_err(|retry_after| Failure::of(Kind::CircuitOpen { retry_after }))?;
        let until = deadline.min(begun + shared.settings.attempt_timeout);
        let reading = Reading {
            limit: shared.settings.max_response_bytes,
            accepted: self.accepted,
            quotes: !self.is_confidential,
        };
        let outcome = attempt(&shared.client, request, until, reading).await;
        let sick = outcome.as_ref().is_err_and(Failure::is_sickness);
        let changed = if sick {
            permit.failed(Instant::now())
        } else {
            permit.succeeded()
        };
        let upstream = self.upstream.name();
        match (changed, sick) {
            (true, true) => tracing::warn!(upstream, "circuit_opened"),
            (true, false) => tracing::info!(upstream, "circuit_closed"),
            (false, _) => {}
        }
        self.log_attempt(&outcome, begun.elapsed());
        outcome
    }

    /// How long to pause after `failed` attempts, the last with `failure`; `None` if that was all:
    /// because another attempt would be wrong, or would come too late.
    fn pause_before_retry(
        &self,
        failed: u32,
        failure: &Failure,
        deadline: Instant,
    ) -> Option<Duration> {
        let shared = &*self.upstream.0;
        let settings = &shared.settings;
        if !self.idempotent || failed > settings.retries || !failure.is_transient() {
            return None;
        }
        let chance = retry::chance();
        let pause = retry::pause(settings.backoff, failed, failure.retry_after(), chance);
        let now = Instant::now();
        let in_time = now + pause < deadline && shared.breaker.wait(now) <= pause;
        in_time.then_some(pause)
    }

    fn request(&self) -> Result<Request, Failure> {
        if let Some(reason) = self.unsendable {
            return Err(Failure::with_detail(Kind::Unsendable, reason));
        }
        let mut request = Request::new(self.method.clone(), self.url.clone());
        *request.headers_mut() = self.headers.clone();
        let headers = request.headers_mut();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let Some(authorization) = &self.upstream.0.authorization {
            headers
                .entry(AUTHORIZATION)
                .or_insert_with(|| authorization.clone());
        }
        let request_id = context::request_id().and_then(|id| HeaderValue::from_str(&id).ok());
        if let Some(id) = request_id {
            headers.insert("x-request-id", id);
        }
        let trace = context::traceparent().and_then(|text| HeaderValue::from_str(&text).ok());
        if let Some(trace) = trace {
            headers.insert("traceparent", trace);
        }
        *request.body_mut() = self.body.clone().map(Body::from);
        Ok(request)
    }

    fn error(&self, failure: Failure) -> UpstreamError {
        UpstreamError::new(
            self.upstream.0.settings.name.clone(),
            self.to_string(),
            failure,
        )
    }

    fn log_attempt(&self, outcome: &Result<Answer, Failure>, elapsed: Duration) {
        let upstream = self.upstream.name();
        let duration_ms = elapsed.as_secs_f64() * 1e3;
        match outcome {
            Ok(Answer { status, .. }) => {
                let status_code = status.as_u16();
                tracing::debug!(upstream, request = %self, status_code, duration_ms, "upstream_answered");
            }
            Err(Failure { kind, .. }) => {
                tracing::debug!(upstream, request = %self, %kind, duration_ms, "upstream_failed");
            }
        }
    }

    fn log_retry(&self, failed: u32, pause: Duration, kind: Kind) {
        let pause_ms = pause.as_secs_f64() * 1e3;
        let upstream = self.upstream.name();
        tracing::info!(upstream, request = %self, %kind, failed, pause_ms, "upstream_retry");
    }
}

/// Method and URL as the log may have them: no query value.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, address::redacted(&self.url))
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({self})")
    }
}
