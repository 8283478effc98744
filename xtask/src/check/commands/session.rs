//! Runs the blocks of a page, in their order, in one shell, as a reader would who follows it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::environment;
use crate::error::{Error, Result};
use crate::guard::Guard;
use crate::process;
use crate::server::Server;
use crate::workspace;

/// Where pages expect the API that `cargo run` serves in another terminal.
const ADDRESS: &str = "http://127.0.0.1:8000";

/// Longer than a page may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// What is answered when a command asks for a password, and asks again.
const ANSWERS: &str = "level and plumb\nlevel and plumb\n";

/// Runs a page's script in an empty folder with a database of its own; with a server, when the script expects one.
///
/// # Errors
/// When a command fails, or the whole does not end.
pub(super) fn run(page: &str, script: &str, binary: &Path) -> Result<()> {
    // Within the workspace, so that Cargo finds it from there.
    let folder = workspace::root()
        .join("target/commands")
        .join(page.replace('/', "-"));
    workspace::make_empty(&folder)?;
    let mut guard = Guard::start()?;
    let mut server = None;
    let mut script = format!("trap 'echo \"failed: $BASH_COMMAND\"' ERR\n{script}");
    if script.contains(ADDRESS) {
        let mut command = Server::command(binary, &folder);
        command.env("DATABASE_URL", database(&folder));
        let started = Server::start(&mut guard, command, &folder)?;
        script = script.replace(ADDRESS, &started.url());
        server = Some(started);
    }
    let outcome = bash(&mut guard, page, &script, binary, &folder);
    let stopped = server.map_or(Ok(()), |server| server.stop(&mut guard));
    outcome.and(stopped)
}

fn bash(guard: &mut Guard, page: &str, script: &str, binary: &Path, folder: &Path) -> Result<()> {
    let (input, output) = (folder.join("input"), folder.join("output.log"));
    workspace::write(&input, ANSWERS)?;
    let answers = File::open(&input).map_err(Error::file("read", &input))?;
    let log = File::create(&output).map_err(Error::file("write", &output))?;
    let also = log.try_clone().map_err(Error::file("write", &output))?;
    let mut bash = Command::new("bash");
    bash.args(["-Eeuo", "pipefail", "-c", script])
        .current_dir(folder)
        .env("PATH", path(binary)?)
        .env("DATABASE_URL", database(folder))
        .stdin(Stdio::from(answers))
        .stdout(log)
        .stderr(also);
    let mut child = guard.spawn(&mut bash)?;
    let has_ended = process::wait_until(PATIENCE, || process::has_ended(&mut child));
    if !has_ended {
        // The guard ends it.
        return Err(failure(page, "does not end", &output));
    }
    guard.forget(&child);
    let status = child.wait().map_err(process::not_started(&bash))?;
    if status.success() {
        return Ok(());
    }
    Err(failure(page, "does not work", &output))
}

fn failure(page: &str, what: &str, output: &Path) -> Error {
    let text = workspace::read(output).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let end = lines[lines.len().saturating_sub(8)..].join("\n    ");
    let log = workspace::relative(output);
    Error::said(format!(
        "what {page} says {what}; the end of {log}:\n    {end}"
    ))
}

fn database(folder: &Path) -> String {
    format!("sqlite://{}?mode=rwc", folder.join("ashlar.db").display())
}

/// The search path, with the binary `ashlar` in front.
fn path(binary: &Path) -> Result<std::ffi::OsString> {
    let ours = binary.parent().map(PathBuf::from);
    let path = environment::process_var("PATH").unwrap_or_default();
    std::env::join_paths(ours.into_iter().chain(std::env::split_paths(&path)))
        .map_err(|error| Error::said(format!("PATH cannot be used: {error}")))
}
