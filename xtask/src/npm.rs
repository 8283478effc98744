//! Packages from npm, fetched once and kept in `target/tools`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::debian;
use crate::error::{Error, Result};
use crate::process;
use crate::terminal::say;
use crate::workspace;

/// The folder in which the package is installed, fetched when it is not there yet; `None` when
/// Node.js or npm cannot be had.
///
/// # Errors
/// When npm cannot fetch it.
pub(crate) fn ensure(package: &str, version: &str) -> Result<Option<PathBuf>> {
    ensure_all(&[(package, version)])
}

/// The folder in which all the packages are installed, likewise.
///
/// # Errors
/// When npm cannot fetch them.
pub(crate) fn ensure_all(packages: &[(&str, &str)]) -> Result<Option<PathBuf>> {
    // Who needs the same packages side by side waits for the one who fetches.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    if !debian::provides("node", "nodejs")? {
        return Ok(None);
    }
    let name = |(package, version): &(&str, &str)| {
        let package = package.trim_start_matches('@').replace('/', "-");
        format!("{package}-{version}")
    };
    let name = packages.iter().map(name).collect::<Vec<_>>().join("-");
    let home = workspace::target().join(format!("tools/{name}"));
    if !home.exists() {
        if !debian::provides("npm", "npm")? {
            return Ok(None);
        }
        let specs = packages.iter();
        let specs: Vec<String> = specs
            .map(|(name, version)| format!("{name}@{version}"))
            .collect();
        say(&format!("fetching {} from npm", specs.join(", ")));
        fetch(&specs, &home)?;
    }
    Ok(Some(home))
}

/// Complete or not at all: the folder gets its name last.
fn fetch(packages: &[String], home: &Path) -> Result<()> {
    let partial = PathBuf::from(format!("{}.partial", home.display()));
    workspace::make_empty(&partial)?;
    let mut npm = Command::new("npm");
    npm.args([
        "install",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--loglevel=error",
    ])
    .arg("--prefix")
    .arg(&partial)
    .args(packages)
    .current_dir(&partial)
    .stdout(Stdio::null());
    process::run(&mut npm)?;
    fs::rename(&partial, home).map_err(Error::file("create", home))
}
