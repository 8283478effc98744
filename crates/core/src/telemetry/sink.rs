//! Where log lines end up.

use std::{
    fs::OpenOptions,
    io::{self, IsTerminal, Write},
    path::Path,
};

use super::error::TelemetryError;

/// Where log lines end up.
pub struct Sink {
    pub(super) writer: Box<dyn Write + Send>,
    terminal: bool,
}

impl Sink {
    /// Standard error: standard output belongs to what a command was asked for.
    pub fn stderr() -> Self {
        Self {
            terminal: io::stderr().is_terminal(),
            writer: Box::new(io::stderr()),
        }
    }

    /// The end of the file at `path`, which is made if there is none. Lines are appended whole,
    /// so the file may be cut by `logrotate` (copytruncate) while it is written.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn file(path: &Path) -> Result<Self, TelemetryError> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file = file.map_err(|source| TelemetryError::File {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self::writer(file))
    }

    /// Anything else, for tests.
    pub fn writer(writer: impl Write + Send + 'static) -> Self {
        Self {
            writer: Box::new(writer),
            terminal: false,
        }
    }

    /// Whether somebody looks at it who wants colours (<https://no-color.org>).
    #[expect(
        clippy::disallowed_methods,
        reason = "a user's wish for all programs, no setting of this one"
    )]
    pub(super) fn takes_colour(&self) -> bool {
        self.terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
    }
}
