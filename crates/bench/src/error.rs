//! What can go wrong while measuring; every error ends the run.

use std::error::Error;
use std::io;

/// Why the run ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// A file, socket or process failed.
    #[error("{doing}")]
    Io {
        /// What was being done, as a phrase that continues "while …".
        doing: String,
        /// The system's error.
        source: io::Error,
    },
    /// The database of the benchmark failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The database of the `limit` yardstick failed.
    #[error("the pipelined connection failed")]
    Pipeline(#[from] tokio_postgres::Error),
    /// A token could not be made or read.
    #[error("a token could not be made or read")]
    Token(#[from] jsonwebtoken::errors::Error),
    /// An answer was no JSON, or not the expected one.
    #[error("an answer could not be read as JSON")]
    Json(#[from] serde_json::Error),
    /// The load met answers that the scenario does not expect.
    #[error("{count} unexpected answers in \"{what}\"; the first: {status} {body}")]
    Unexpected {
        /// Scenario and server.
        what: String,
        /// How many there were.
        count: u64,
        /// Status of the first.
        status: u16,
        /// Start of the body of the first.
        body: String,
    },
    /// Anything else, said in a sentence.
    #[error("{0}")]
    Failed(String),
}

impl BenchError {
    /// Wraps an I/O error with what was being done.
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }
}

/// The error and its sources, outermost first, in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_names_the_innermost_cause() {
        let error = BenchError::io("reading the table")(io::Error::other("disk on fire"));
        assert_eq!(chain(&error), "reading the table: disk on fire");
    }
}
