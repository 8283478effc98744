//! The closed set of codes an error answer can carry.

use actix_web::http::StatusCode;

/// What went wrong, in a form that clients may branch on. The set only ever grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// 400: the request cannot be read: broken JSON, a malformed id.
    BadRequest,
    /// 401: nobody is signed in, or not validly (RFC 9110, 15.5.2).
    Unauthorized,
    /// 401: the password is right, and a second factor is asked for too.
    SecondFactorRequired,
    /// 403: somebody is signed in, but may not do this.
    Forbidden,
    /// 403: somebody is signed in, and must prove once more who they are to do this.
    StepUpRequired,
    /// 404: there is no such thing, or it is not the caller's.
    NotFound,
    /// 405: the route exists, the method on it does not; `Allow` lists those that do.
    MethodNotAllowed,
    /// 408: the request's body did not arrive in time.
    RequestTimeout,
    /// 409: it collides with what is there.
    Conflict,
    /// 412: `If-Match` names a version that is no longer the current one (RFC 9110, 13.1.1).
    PreconditionFailed,
    /// 413: the body is larger than the limit.
    PayloadTooLarge,
    /// 415: the body's `Content-Type` is not one the route reads.
    UnsupportedMediaType,
    /// 422: it can be read, but breaks a rule; one detail a field.
    ValidationError,
    /// 429: too many requests; `Retry-After` tells when to come back.
    TooManyRequests,
    /// 500: a fault of ours; the request id finds it in the log.
    InternalError,
    /// 502: an upstream failed.
    BadUpstream,
    /// 503: an upstream asked for patience, or is known to be down.
    UpstreamUnavailable,
    /// 504: an upstream did not answer in time.
    UpstreamTimeout,
    /// 503: overloaded, draining, or a part that the route needs is away.
    ServiceUnavailable,
    /// 503: the work took longer than a request may.
    Timeout,
}

impl Code {
    /// The code as clients see it. The three upstream codes share one name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadRequest => "BAD_REQUEST",
            Self::Unauthorized => "UNAUTHORIZED",
            Self::SecondFactorRequired => "SECOND_FACTOR_REQUIRED",
            Self::Forbidden => "FORBIDDEN",
            Self::StepUpRequired => "STEP_UP_REQUIRED",
            Self::NotFound => "NOT_FOUND",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::RequestTimeout => "REQUEST_TIMEOUT",
            Self::Conflict => "CONFLICT",
            Self::PreconditionFailed => "PRECONDITION_FAILED",
            Self::PayloadTooLarge => "PAYLOAD_TOO_LARGE",
            Self::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::ValidationError => "VALIDATION_ERROR",
            Self::TooManyRequests => "TOO_MANY_REQUESTS",
            Self::InternalError => "INTERNAL_ERROR",
            Self::BadUpstream | Self::UpstreamUnavailable | Self::UpstreamTimeout => {
                "THIRD_PARTY_ERROR"
            }
            Self::ServiceUnavailable => "SERVICE_UNAVAILABLE",
            Self::Timeout => "TIMEOUT",
        }
    }

    /// The HTTP status that goes with the code.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Unauthorized | Self::SecondFactorRequired => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::StepUpRequired => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict => StatusCode::CONFLICT,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::ValidationError => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::BadUpstream => StatusCode::BAD_GATEWAY,
            Self::UpstreamUnavailable | Self::ServiceUnavailable | Self::Timeout => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::UpstreamTimeout => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// What the contract says of an answer with this code.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::BadRequest => "The request cannot be read",
            Self::Unauthorized => "Authentication is missing or invalid",
            Self::SecondFactorRequired => "A second factor is asked for",
            Self::Forbidden => "Insufficient permissions",
            Self::StepUpRequired => "Proof of identity must be renewed",
            Self::NotFound => "There is no such resource, or it is not yours",
            Self::MethodNotAllowed => "The method is not allowed here",
            Self::RequestTimeout => "The request did not arrive in time",
            Self::Conflict => "It conflicts with what exists",
            Self::PreconditionFailed => "The resource has changed since the given version",
            Self::PayloadTooLarge => "The body is too large",
            Self::UnsupportedMediaType => "The content type is not supported",
            Self::ValidationError => "The request breaks a rule",
            Self::TooManyRequests => "Too many requests",
            Self::InternalError => "Internal server error",
            Self::BadUpstream => "A third party failed",
            Self::UpstreamUnavailable => "A third party is unavailable",
            Self::UpstreamTimeout => "A third party did not answer in time",
            Self::ServiceUnavailable => "The service is unavailable for now",
            Self::Timeout => "The request took too long",
        }
    }

    /// The code that stands for an error status which carries no problem of ours.
    pub fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            405 => Self::MethodNotAllowed,
            408 => Self::RequestTimeout,
            409 => Self::Conflict,
            412 => Self::PreconditionFailed,
            413 => Self::PayloadTooLarge,
            415 => Self::UnsupportedMediaType,
            422 => Self::ValidationError,
            429 => Self::TooManyRequests,
            400..=499 => Self::BadRequest,
            503 => Self::ServiceUnavailable,
            _ => Self::InternalError,
        }
    }
}
