//! What is logged, how it looks and where it goes.

use std::path::PathBuf;

use super::{app::Environment, reader::Reader, value::Choice};
use crate::telemetry::Directives;

/// How a log line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For eyes; coloured on a terminal.
    Pretty,
    /// For machines: one JSON object a line.
    #[default]
    Json,
}

impl Choice for LogFormat {
    const CHOICES: &'static [(&'static str, Self)] =
        &[("pretty", Self::Pretty), ("json", Self::Json)];
}

/// The log.
#[derive(Clone, Debug)]
pub struct LogSettings {
    /// `LOG_LEVEL`: off, error, warn, info (the default), debug or trace; or a list of directives
    /// as `info,ashlar_core::client=debug,sqlx=warn`.
    pub level: Directives,
    /// `LOG_FORMAT`: pretty (the default in development) or json (elsewhere).
    pub format: LogFormat,
    /// `LOG_FILE`: a file to append to. Default: standard error, since standard output belongs
    /// to what a command was asked for (`ashlar openapi > openapi.json`).
    pub file: Option<PathBuf>,
}

impl LogSettings {
    /// Reads them.
    pub fn read(reader: &mut Reader) -> Self {
        reader.section("Log");
        let format = match reader.environment() {
            Environment::Development => LogFormat::Pretty,
            Environment::Test | Environment::Production => LogFormat::Json,
        };
        Self {
            level: reader
                .var(
                    "LOG_LEVEL",
                    "off, error, warn, info, debug or trace; or a list such as info,sqlx=warn",
                )
                .default(Directives::default()),
            format: reader
                .var("LOG_FORMAT", "pretty (for eyes) or json (for machines)")
                .default_as("pretty in development, json elsewhere", format),
            file: reader
                .var(
                    "LOG_FILE",
                    "A file that log lines are appended to, not standard error",
                )
                .optional(),
        }
    }
}
