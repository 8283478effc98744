//! What can go wrong in the workshop, said in one sentence to the person at the keyboard.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// The result of every step.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// A failure of a command of `cargo xtask`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A file could not be read, written or removed.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// A program is missing or could not be started.
    #[error("`{program}` could not be started: {source}")]
    Start { program: String, source: io::Error },
    /// A program ran and reported failure; it has told why on its own output.
    #[error("`{command}` failed ({status})")]
    Failed { command: String, status: ExitStatus },
    /// Something that should be JSON of a known shape is not.
    #[error("{what} cannot be understood: {source}")]
    Json {
        what: String,
        source: serde_json::Error,
    },
    /// `cargo metadata` failed.
    #[error("the workspace cannot be read: {0}")]
    Metadata(#[from] cargo_metadata::Error),
    /// A check found these places to be wrong, one per line.
    #[error("{}:\n  {}", counted(.0.len()), .0.join("\n  "))]
    Findings(Vec<String>),
    /// Everything else, already a sentence.
    #[error("{0}")]
    Said(String),
}

impl Error {
    /// For `map_err` on file operations: `cannot <action> <path>: …`.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }

    /// A finished sentence.
    pub(crate) fn said(sentence: impl Into<String>) -> Self {
        Self::Said(sentence.into())
    }

    /// Ok when a check found nothing.
    pub(crate) fn from_findings(findings: Vec<String>) -> Result<()> {
        if findings.is_empty() {
            Ok(())
        } else {
            Err(Self::Findings(findings))
        }
    }
}

fn counted(findings: usize) -> String {
    if findings == 1 {
        "1 finding".to_owned()
    } else {
        format!("{findings} findings")
    }
}
