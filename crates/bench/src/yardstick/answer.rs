//! What a yardstick answers when it cannot do what was asked.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

use crate::error;

/// A refusal with its status and body.
#[derive(Debug)]
pub(super) enum Refusal {
    /// No token, or one that does not hold.
    Unauthorized,
    /// No such project, or somebody else's.
    NotFound,
    /// The slug is taken.
    Conflict,
    /// The named field is wrong.
    Invalid(&'static str),
    /// The database failed.
    Database(Box<dyn std::error::Error>),
}

impl Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unauthorized => "UNAUTHORIZED",
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::Invalid(_) => "VALIDATION_ERROR",
            Self::Database(_) => "INTERNAL_ERROR",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(field) => write!(f, "{field} is invalid"),
            Self::Database(source) => f.write_str(&error::chain(source.as_ref())),
            other => f.write_str(other.code()),
        }
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Database(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let body = json!({ "error": { "code": self.code(), "message": self.to_string() } });
        HttpResponse::build(self.status_code()).json(body)
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(cause) if cause.is_unique_violation() => Self::Conflict,
            _ => Self::Database(Box::new(error)),
        }
    }
}

impl From<tokio_postgres::Error> for Refusal {
    fn from(error: tokio_postgres::Error) -> Self {
        if error.code() == Some(&tokio_postgres::error::SqlState::UNIQUE_VIOLATION) {
            Self::Conflict
        } else {
            Self::Database(Box::new(error))
        }
    }
}
