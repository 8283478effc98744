//! Schemathesis from PyPI, in a virtual environment of its own below the target folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Error, Result};
use crate::process;
use crate::pypi;
use crate::server::Server;
use crate::workspace;

/// Pinned: a newer one finds other things, and that is a change to make with open eyes.
const VERSION: &str = "4.32.5";

/// Test cases for each operation and phase: the whole run stays below two minutes.
const MAX_EXAMPLES: &str = "25";

/// The same cases at each run: what fails here fails at your desk.
const SEED: &str = "20260101";

/// Who drives a run, and who stands by.
pub(super) struct Cast<'a> {
    /// The administrator's, for every request but those that end sessions.
    pub(super) token: &'a str,
    /// Somebody who exists: who drives.
    pub(super) user_id: &'a str,
    /// Whose sessions may end.
    pub(super) leaver_id: &'a str,
    pub(super) email: &'a str,
    pub(super) password: &'a str,
}

/// The program, installed when it is not there yet.
///
/// # Errors
/// When Python or the package cannot be had.
pub(super) fn install() -> Result<PathBuf> {
    Ok(pypi::ensure("schemathesis", VERSION)?.join("schemathesis"))
}

/// Runs every check in every phase.
///
/// # Errors
/// When an answer breaks the contract.
pub(super) fn run(program: &Path, server: &Server, cast: &Cast<'_>) -> Result<()> {
    let here = workspace::root().join("xtask/src/check/contract");
    let mut command = Command::new(program);
    command
        .env("SCHEMATHESIS_HOOKS", here.join("hooks.py"))
        .env("CONTRACT_URL", server.url())
        .env("CONTRACT_TOKEN", cast.token)
        .env("CONTRACT_USER_ID", cast.user_id)
        .env("CONTRACT_LEAVER_ID", cast.leaver_id)
        .env("CONTRACT_EMAIL", cast.email)
        .env("CONTRACT_PASSWORD", cast.password)
        .arg("--config-file")
        .arg(here.join("schemathesis.toml"))
        .arg("run")
        .arg(format!("{}/openapi.json", server.url()))
        .args(["--header", &format!("Authorization: Bearer {}", cast.token)])
        .args([
            "--checks",
            "all",
            "--phases",
            "examples,coverage,fuzzing,stateful",
        ])
        .args([
            "--max-examples",
            MAX_EXAMPLES,
            "--seed",
            SEED,
            "--continue-on-failure",
        ])
        .args(["--request-timeout", "10"])
        .current_dir(super::folder())
        .stdin(Stdio::null());
    let status = command.status().map_err(process::not_started(&command))?;
    if status.success() {
        return Ok(());
    }
    // Not the command itself: it holds the token.
    Err(Error::said(format!(
        "the contract is broken; the server's log is {}",
        server.log()
    )))
}
