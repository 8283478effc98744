//! `cargo xtask bench`: the release binaries against a PostgreSQL made for measuring.

use crate::error::Result;
use crate::guard::Guard;
use crate::process;
use crate::services::{self, POSTGRES_BENCH};
use crate::terminal::say;
use crate::workspace;

/// Builds, measures, and stops what it started.
///
/// # Errors
/// When something does not compile, PostgreSQL cannot be had, or the benchmark fails.
pub(crate) fn run(args: &[String]) -> Result<()> {
    say("building the release binaries");
    let packages = ["--package", "ashlar-app", "--package", "ashlar-bench"];
    process::run(process::cargo(["build", "--release"]).args(packages))?;
    let mut guard = Guard::start()?;
    let postgres = services::acquire(POSTGRES_BENCH)?;
    let binaries = workspace::target().join("release");
    let mut bench = std::process::Command::new(binaries.join("ashlar-bench"));
    bench.current_dir(workspace::root()).arg("run");
    bench
        .arg("--ashlar")
        .arg(binaries.join("ashlar"))
        .args(["--postgres", &postgres])
        .args(args);
    let mut child = guard.spawn(&mut bench)?;
    let status = child.wait().map_err(process::not_started(&bench))?;
    guard.forget(&child);
    guard.release();
    process::check(&bench, status)
}
