//! What can go wrong with an upstream, as our own client must be answered and as the log may tell it.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use reqwest::StatusCode;

/// When an upstream says that it is busy and not for how long.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(1);

/// A call to an upstream that came to nothing. `Display` is for the log; clients are told the
/// upstream's name and no more.
#[derive(Debug)]
pub struct UpstreamError {
    upstream: Arc<str>,
    request: Box<str>,
    failure: Failure,
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No complete answer within the time we give it.
    Timeout,
    /// No connection: refused, no such host, TLS failed.
    Unreachable,
    /// The connection broke before the answer was complete, or what came was not HTTP.
    Interrupted,
    /// It failed too often of late; it was not asked.
    CircuitOpen {
        /// When it will be asked again.
        retry_after: Duration,
    },
    /// It answered 429 or 503.
    Busy {
        /// Its own `Retry-After`, if there was a usable one.
        retry_after: Option<Duration>,
    },
    /// It answered another status than 2xx; redirects are not followed and come here too.
    Status(u16),
    /// The body is larger than the limit; the rest was not read.
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// It answered 2xx with something else than what it promises: another content type, undecodable
    /// JSON, a compression that was not asked for.
    Invalid,
    /// The request could not be made from what the caller gave (a path segment `..`, a header value
    /// with a line break); nothing was sent.
    Unsendable,
}

/// One attempt's failure, before it is known whether it is the call's.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) kind: Kind,
    /// Sanitised.
    pub(super) detail: Option<Box<str>>,
    /// Without its URL.
    pub(super) source: Option<reqwest::Error>,
}

impl UpstreamError {
    pub(super) fn new(upstream: Arc<str>, request: String, failure: Failure) -> Self {
        Self {
            upstream,
            request: request.into(),
            failure,
        }
    }

    /// The upstream's name, as in its settings.
    pub fn upstream(&self) -> &str {
        &self.upstream
    }

    /// What went wrong.
    pub fn kind(&self) -> Kind {
        self.failure.kind
    }

    /// The status our client is answered: 504 when the upstream took too long, 503 when it wants to
    /// be left alone for now, else 502.
    pub fn status(&self) -> u16 {
        match self.failure.kind {
            Kind::Timeout => 504,
            Kind::CircuitOpen { .. } | Kind::Busy { .. } => 503,
            _ => 502,
        }
    }

    /// When our client may try again; known for every 503.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.failure.kind {
            Kind::CircuitOpen { retry_after } => Some(retry_after),
            Kind::Busy { retry_after } => Some(retry_after.unwrap_or(DEFAULT_RETRY_AFTER)),
            _ => None,
        }
    }
}

impl fmt::Display for UpstreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            upstream,
            request,
            failure,
        } = self;
        write!(f, "upstream `{upstream}`: {} ({request})", failure.kind)?;
        failure
            .detail
            .as_ref()
            .map_or(Ok(()), |detail| write!(f, ": {detail}"))
    }
}

impl Error for UpstreamError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.failure.source.as_ref().map(|source| source as _)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("did not answer in time"),
            Self::Unreachable => f.write_str("cannot be reached"),
            Self::Interrupted => f.write_str("broke the connection"),
            Self::CircuitOpen { retry_after } => {
                write!(f, "not asked for {retry_after:.1?} after too many failures")
            }
            Self::Busy { .. } => f.write_str("is busy"),
            Self::Status(status) => write!(f, "answered {status}"),
            Self::TooLarge { limit } => write!(f, "sent more than {limit} bytes"),
            Self::Invalid => f.write_str("sent something else than it promises"),
            Self::Unsendable => f.write_str("the request cannot be made"),
        }
    }
}

impl Failure {
    pub(super) fn of(kind: Kind) -> Self {
        Self {
            kind,
            detail: None,
            source: None,
        }
    }

    pub(super) fn with_detail(kind: Kind, detail: impl Into<Box<str>>) -> Self {
        Self {
            kind,
            detail: Some(detail.into()),
            source: None,
        }
    }

    /// A failure of the connection or the protocol.
    pub(super) fn of_transport(error: reqwest::Error) -> Self {
        let kind = if error.is_timeout() {
            Kind::Timeout
        } else if error.is_connect() {
            Kind::Unreachable
        } else if error.is_builder() {
            Kind::Unsendable
        } else {
            Kind::Interrupted
        };
        // The URL may carry a secret in its query.
        Self {
            kind,
            detail: None,
            source: Some(error.without_url()),
        }
    }

    /// An answer other than 2xx.
    pub(super) fn of_status(status: StatusCode, after: Option<Duration>, excerpt: &str) -> Self {
        let kind = match status.as_u16() {
            429 | 503 => Kind::Busy { retry_after: after },
            other => Kind::Status(other),
        };
        Self::with_detail(kind, format!("status {} with {excerpt:?}", status.as_u16()))
    }

    /// Whether the same request may well succeed in a moment. 500 is not among these: it is a defect
    /// far more often than a mishap.
    pub(super) fn is_transient(&self) -> bool {
        match self.kind {
            Kind::Timeout | Kind::Unreachable | Kind::Interrupted | Kind::Busy { .. } => true,
            Kind::Status(status) => matches!(status, 408 | 502 | 504),
            _ => false,
        }
    }

    /// Whether the upstream is unwell. It is not when it answers, be it "no", too much, or not what
    /// we can decode: that is between us and one of its resources, and a breaker that opened on it
    /// would take away all the others.
    pub(super) fn is_sickness(&self) -> bool {
        match self.kind {
            Kind::Timeout | Kind::Unreachable | Kind::Interrupted | Kind::Busy { .. } => true,
            Kind::Status(status) => status == 408 || status >= 500,
            _ => false,
        }
    }

    /// What the upstream asked us to wait.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self.kind {
            Kind::Busy { retry_after } => retry_after,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: Kind) -> UpstreamError {
        UpstreamError::new(
            "tracker".into(),
            "GET http://t/x".to_owned(),
            Failure::of(kind),
        )
    }

    #[test]
    fn each_kind_has_its_answer() {
        let second = Duration::from_secs(1);
        let cases = [
            (Kind::Timeout, 504, None),
            (
                Kind::CircuitOpen {
                    retry_after: second * 9,
                },
                503,
                Some(second * 9),
            ),
            (
                Kind::Busy {
                    retry_after: Some(second * 7),
                },
                503,
                Some(second * 7),
            ),
            (Kind::Busy { retry_after: None }, 503, Some(second)),
            (Kind::Unreachable, 502, None),
            (Kind::Interrupted, 502, None),
            (Kind::Status(404), 502, None),
            (Kind::TooLarge { limit: 1 }, 502, None),
            (Kind::Invalid, 502, None),
            (Kind::Unsendable, 502, None),
        ];
        for (kind, status, retry_after) in cases {
            assert_eq!(error(kind).status(), status, "{kind:?}");
            assert_eq!(error(kind).retry_after(), retry_after, "{kind:?}");
        }
    }

    #[test]
    fn only_illness_counts_against_an_upstream() {
        for status in [400, 401, 404, 409, 422, 302] {
            assert!(!Failure::of(Kind::Status(status)).is_sickness(), "{status}");
        }
        for status in [408, 500, 502, 504, 599] {
            assert!(Failure::of(Kind::Status(status)).is_sickness(), "{status}");
        }
        assert!(Failure::of(Kind::Busy { retry_after: None }).is_sickness());
        assert!(!Failure::of(Kind::Invalid).is_sickness());
    }
}
