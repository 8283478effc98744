//! What runs, as written to `target/services/<name>.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::workspace;

/// A service that was started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Running {
    /// Where clients connect to; of a program that each test starts for itself, its path.
    pub(crate) url: String,
    /// The TCP port on 127.0.0.1.
    pub(crate) port: u16,
    /// What else tests need to know, by the variable's name.
    #[serde(default)]
    pub(crate) further: BTreeMap<String, String>,
    /// How it was started, and so how it is stopped.
    pub(crate) origin: Origin,
    /// `services up` started it: it stays until `services down`.
    pub(crate) kept: bool,
}

impl Running {
    /// A service that is about to start: nothing is known but how it is stopped.
    pub(super) fn starting(origin: Origin) -> Self {
        Self {
            url: String::new(),
            port: 0,
            further: BTreeMap::new(),
            origin,
            kept: false,
        }
    }
}

/// Where a service comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub(crate) enum Origin {
    /// A process of our own.
    Process {
        /// None until it has told its id, and of what runs only within tests.
        pid: Option<u32>,
        /// The folder of its programs.
        programs: PathBuf,
        /// What is removed when it is stopped; empty when it keeps nothing.
        data: PathBuf,
    },
    /// A container of Docker Compose.
    Compose,
}

/// The folder of all state files.
pub(crate) fn folder() -> PathBuf {
    // Not below CARGO_TARGET_DIR: tests look for `target/services/env` at the workspace root.
    workspace::root().join("target/services")
}

/// What is known of a service; `None` when it was not started.
pub(super) fn read(name: &str) -> Result<Option<Running>> {
    let path = path(name);
    if !path.exists() {
        return Ok(None);
    }
    serde_json::from_str(&workspace::read(&path)?)
        .map(Some)
        .map_err(|source| Error::Json {
            what: workspace::relative(&path),
            source,
        })
}

/// Writes down what is known of a service.
pub(super) fn write(name: &str, running: &Running) -> Result<()> {
    let text = serde_json::to_string_pretty(running).map_err(|source| Error::Json {
        what: name.to_owned(),
        source,
    })?;
    workspace::write(&path(name), &(text + "\n"))
}

/// Forgets a service.
pub(super) fn remove(name: &str) -> Result<()> {
    remove_file(&path(name))
}

/// Writes the file of variables that tests read; none, no file.
pub(super) fn write_environment(lines: &str) -> Result<()> {
    let path = folder().join("env");
    if lines.is_empty() {
        remove_file(&path)
    } else {
        workspace::write(&path, lines)
    }
}

fn path(name: &str) -> PathBuf {
    folder().join(format!("{name}.json"))
}

fn remove_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::file("remove", path)(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_survives_being_written_and_read() {
        for origin in [
            Origin::Compose,
            Origin::Process {
                pid: Some(7),
                programs: "/bin".into(),
                data: "data".into(),
            },
        ] {
            let running = Running {
                url: "postgres://localhost".into(),
                port: 5432,
                further: BTreeMap::from([("TEST_CA".into(), "ca.pem".into())]),
                origin,
                kept: true,
            };
            let text = serde_json::to_string(&running).expect("writes");
            assert_eq!(
                serde_json::from_str::<Running>(&text).expect("reads"),
                running
            );
        }
    }
}
