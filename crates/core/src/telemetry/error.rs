//! Why there is no log.

use std::{io, path::PathBuf};

use thiserror::Error;

/// Why the log could not be started.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TelemetryError {
    /// The log file cannot be opened.
    #[error("the log file {path} cannot be opened")]
    File {
        /// The file, as `LOG_FILE` names it.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The thread that writes the log cannot be started.
    #[error("the thread that writes the log cannot be started")]
    Thread(#[source] io::Error),
    /// The process has a log already.
    #[error("the log was started before")]
    AlreadyStarted,
}
