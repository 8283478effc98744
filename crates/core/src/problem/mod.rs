//! The only error that HTTP knows: every failure becomes a [`Problem`], and the edge renders it in
//! the form that the client's `Accept` asks for.

mod code;
mod headers;
mod render;

use std::{borrow::Cow, error::Error, fmt, time::Duration};

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue},
    },
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::client::UpstreamError;

pub use code::Code;
pub use render::Rendering;
pub(crate) use render::{ErrorEnvelope, ProblemDetails, VbenError};

type Source = Box<dyn Error + Send + Sync>;

/// How many characters of a refused value, and of a field's name, are told back.
const VALUE_LIMIT: usize = 100;

/// How many fields at fault are told at once: an answer must not grow with how wrong a body is.
pub(crate) const FIELD_LIMIT: usize = 50;

/// A failed request: what the client is told, and the cause that only the log sees.
#[derive(Debug)]
pub struct Problem {
    code: Code,
    message: Cow<'static, str>,
    details: Details,
    retry_after: Option<Duration>,
    /// What belongs to this problem, besides what its code says. Boxed, since few have one.
    header: Option<Box<(HeaderName, HeaderValue)>>,
    source: Option<Source>,
}

/// What an error answer's `details` hold.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Details {
    /// What is wrong with each field; empty where no field is at fault.
    Fields(Vec<FieldError>),
    /// Which third party failed.
    Upstream(Upstream),
}

/// Which third party failed.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Upstream {
    /// The third party's name.
    source: Cow<'static, str>,
}

/// What is wrong with one field of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldError {
    /// The field's path in the body (`items[2].quantity`), or the parameter's name; cut at 100
    /// characters.
    pub field: String,
    /// Why it was refused.
    pub message: String,
    /// What was sent, for scalars that are no secret; cut at 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl FieldError {
    /// Says `message` of `field`.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut field = field.into();
        if let Some((end, _)) = field.char_indices().nth(VALUE_LIMIT) {
            // A name that is not known is whatever the client wrote.
            field.truncate(end);
        }
        Self {
            field,
            message: message.into(),
            value: None,
        }
    }

    /// Tells back what was sent. Leave it away for anything secret.
    pub fn value(mut self, value: &str) -> Self {
        self.value = Some(value.chars().take(VALUE_LIMIT).collect());
        self
    }
}

impl Problem {
    /// A problem with a message of its own.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            message: message.into(),
            details: Details::Fields(Vec::new()),
            retry_after: None,
            header: None,
            source: None,
        }
    }

    /// 400: the request cannot be read.
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::BadRequest, message)
    }

    /// 401 with the `Bearer` challenge (RFC 6750, section 3).
    pub fn unauthorized(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::Unauthorized, message)
    }

    /// 403: for what the caller knows to exist but may not touch.
    pub fn forbidden() -> Self {
        Self::new(Code::Forbidden, Code::Forbidden.meaning())
    }

    /// 404: `Project` gives "Project not found".
    pub fn not_found(resource: &str) -> Self {
        Self::new(Code::NotFound, format!("{resource} not found"))
    }

    /// 409: it collides with what is there.
    pub fn conflict(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::Conflict, message)
    }

    /// 412: the version in `If-Match` is not the current one.
    pub fn precondition_failed() -> Self {
        Self::new(Code::PreconditionFailed, Code::PreconditionFailed.meaning())
    }

    /// 422: one detail a field that breaks a rule, of the first 50.
    pub fn invalid(mut fields: Vec<FieldError>) -> Self {
        fields.truncate(FIELD_LIMIT);
        let mut problem = Self::new(Code::ValidationError, "Validation failed");
        problem.details = Details::Fields(fields);
        problem
    }

    /// 500: the client learns nothing but the request id; the log gets `cause` with its chain.
    pub fn unexpected(cause: impl Into<Source>) -> Self {
        Self::new(Code::InternalError, Code::InternalError.meaning()).caused_by(cause)
    }

    /// 503: overloaded, draining, or something needed is away.
    pub fn unavailable(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::ServiceUnavailable, message)
    }

    /// 502, 503 or 504 (`code`): the third party `source` failed. What it said stays in the log.
    pub fn upstream(code: Code, source: impl Into<Cow<'static, str>>) -> Self {
        let mut problem = Self::new(code, code.meaning());
        problem.details = Details::Upstream(Upstream {
            source: source.into(),
        });
        problem
    }

    /// Names a field that is at fault.
    pub fn with_field(mut self, detail: FieldError) -> Self {
        match &mut self.details {
            Details::Fields(fields) => fields.push(detail),
            Details::Upstream(_) => self.details = Details::Fields(vec![detail]),
        }
        self
    }

    /// Tells the client when to come back (`Retry-After`, whole seconds, rounded up).
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Keeps the cause for the log.
    pub fn caused_by(mut self, cause: impl Into<Source>) -> Self {
        self.source = Some(cause.into());
        self
    }

    /// The problem that an error status without a body stands for.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let code = Code::of_status(status);
        Self::new(code, code.meaning())
    }

    /// The problem that an error of actix's own stands for.
    pub(crate) fn of_error(error: &actix_web::Error) -> Self {
        Self::of_status(error.as_response_error().status_code())
    }

    /// What went wrong, in a form that code may branch on.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.code.status()
    }

    /// What the client is told.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    /// An empty answer: the edge, which knows the request, takes the problem and renders it.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status())
    }
}

/// What no caller can act on: a lost database, a broken invariant. One variant of every domain's
/// error holds it; the client sees a 500 and the log the whole chain.
#[derive(Debug)]
pub struct Unexpected(Source);

impl Unexpected {
    /// Wraps the cause.
    pub fn new(cause: impl Into<Source>) -> Self {
        Self(cause.into())
    }
}

impl From<sea_orm::DbErr> for Unexpected {
    fn from(cause: sea_orm::DbErr) -> Self {
        Self::new(cause)
    }
}

impl fmt::Display for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

// Stands for its cause, so the chain does not name it twice.
impl Error for Unexpected {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

impl From<Unexpected> for Problem {
    fn from(Unexpected(cause): Unexpected) -> Self {
        // A database that is away or overrun is no fault of this request: it may come again.
        if crate::database::is_unavailable(cause.as_ref()) {
            return Self::unavailable("The database is not available")
                .retry_after(Duration::from_secs(1))
                .caused_by(cause);
        }
        Self::unexpected(cause)
    }
}

impl From<UpstreamError> for Problem {
    fn from(error: UpstreamError) -> Self {
        let code = match error.status() {
            503 => Code::UpstreamUnavailable,
            504 => Code::UpstreamTimeout,
            _ => Code::BadUpstream,
        };
        let mut problem = Self::upstream(code, error.upstream().to_owned());
        problem.retry_after = error.retry_after();
        problem.caused_by(error)
    }
}
