//! Schemathesis from PyPI, in a virtual environment of its own below the target folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::server::Server;
use crate::debian;
use crate::error::{Error, Result};
use crate::process;
use crate::terminal::say;
use crate::workspace;

/// Pinned: a newer one finds other things, and that is a change to make with open eyes.
const VERSION: &str = "4.32.5";

/// Test cases for each operation and phase: the whole run stays below two minutes.
const MAX_EXAMPLES: &str = "25";

/// The same cases at each run: what fails here fails at your desk.
const SEED: &str = "20260101";

/// What ends the session that drives the run: from then on every answer would be a 401.
const LEFT_OUT: [&str; 3] = ["end_session", "end_sessions", "logout"];

/// The program, installed when it is not there yet.
///
/// # Errors
/// When Python or the package cannot be had.
pub(super) fn install() -> Result<PathBuf> {
    let folder = workspace::target().join(format!("tools/schemathesis-{VERSION}"));
    let program = folder.join("bin/schemathesis");
    if process::succeeds(Command::new(&program).arg("--version")) {
        return Ok(program);
    }
    ensure_venv()?;
    say(&format!("installing schemathesis {VERSION} from PyPI"));
    process::run(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )?;
    let mut pip = Command::new(folder.join("bin/python"));
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    process::run(pip.arg(format!("schemathesis=={VERSION}")))?;
    Ok(program)
}

/// Runs every check in every phase.
///
/// # Errors
/// When an answer breaks the contract.
pub(super) fn run(program: &Path, server: &Server, token: &str, user_id: &str) -> Result<()> {
    let here = workspace::root().join("xtask/src/check/contract");
    let mut command = Command::new(program);
    command
        .env("SCHEMATHESIS_HOOKS", here.join("hooks.py"))
        .env("CONTRACT_USER_ID", user_id)
        .arg("--config-file")
        .arg(here.join("schemathesis.toml"))
        .arg("run")
        .arg(format!("{}/openapi.json", server.url()))
        .args(["--header", &format!("Authorization: Bearer {token}")])
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
        .args(LEFT_OUT.map(|id| format!("--exclude-operation-id={id}")))
        .current_dir(server.folder())
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

fn ensure_venv() -> Result<()> {
    // Debian has `venv` without `ensurepip`, which it needs, until python3-venv is installed.
    let has_venv =
        || process::succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"]));
    if has_venv() {
        return Ok(());
    }
    if debian::can_install() {
        debian::install("python3-venv")?;
    }
    if has_venv() {
        return Ok(());
    }
    Err(Error::said(
        "Schemathesis needs python3 with its module venv: install python3-venv",
    ))
}
