//! Python: openapi-python-client makes a package of the document, with types and on httpx.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::application;
use crate::environment;
use crate::error::Result;
use crate::process;
use crate::pypi;
use crate::workspace;

/// Pinned: newer ones write other code, and that is a change to make with open eyes.
const TOOLS: [(&str, &str); 3] = [
    ("openapi-python-client", "0.29.1"),
    ("ruff", "0.17.6"),
    ("mypy", "2.4.1"),
];

/// How the package is to look, below the root.
const CONFIG: &str = "xtask/src/clients/python.yml";

/// Writes a project with the package `ashlar_client`, which pip can install.
///
/// # Errors
/// When the generator cannot be had, or fails.
pub(super) fn generate(folder: &Path) -> Result<()> {
    let mut generator = program("openapi-python-client")?;
    generator
        .args(["generate", "--overwrite", "--fail-on-warning"])
        .args(["--meta", "uv"])
        .arg("--path")
        .arg(application::openapi_path())
        .arg("--config")
        .arg(workspace::root().join(CONFIG))
        .arg("--output-path")
        .arg(folder)
        .stdout(Stdio::null());
    process::run(&mut generator)
}

/// A program of the tools; it finds the others.
///
/// # Errors
/// When Python or a package cannot be had.
pub(crate) fn program(name: &str) -> Result<Command> {
    let programs = pypi::ensure_all(&TOOLS)?;
    let mut command = Command::new(programs.join(name));
    command.env("PATH", path_with(&programs));
    Ok(command)
}

fn path_with(programs: &Path) -> String {
    let path = environment::process_var("PATH").unwrap_or_default();
    format!("{}:{path}", programs.display())
}
