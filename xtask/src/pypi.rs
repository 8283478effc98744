//! Packages from PyPI, each in a virtual environment of its own, fetched once and kept in `target/tools`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::debian;
use crate::error::{Error, Result};
use crate::process;
use crate::terminal::say;
use crate::workspace;

/// The folder with the programs of a virtual environment that has the package, `python` among them.
///
/// # Errors
/// When Python or the package cannot be had.
pub(crate) fn ensure(package: &str, version: &str) -> Result<PathBuf> {
    ensure_all(&[(package, version)])
}

/// The same with several packages side by side.
///
/// # Errors
/// When Python or a package cannot be had.
pub(crate) fn ensure_all(packages: &[(&str, &str)]) -> Result<PathBuf> {
    let joined = |between: &str| {
        let pinned = packages.iter();
        let pinned = pinned.map(|(package, version)| format!("{package}{between}{version}"));
        pinned.collect::<Vec<_>>()
    };
    let home = workspace::target().join(format!("tools/{}", joined("-").join("-")));
    let programs = home.join("bin");
    // Written last: without it the folder is that of a run that was cut short.
    let whole = home.join("whole");
    if whole.exists() && process::succeeds(Command::new(programs.join("python")).arg("--version")) {
        return Ok(programs);
    }
    let all = joined(" ").join(", ");
    ensure_venv(&all)?;
    say(&format!("fetching {all} from PyPI"));
    process::run(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&home),
    )?;
    install(&programs, &joined("=="))?;
    workspace::write(&whole, "")?;
    Ok(programs)
}

fn install(programs: &Path, requirements: &[String]) -> Result<()> {
    let mut pip = Command::new(programs.join("python"));
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    process::run(pip.args(requirements))
}

fn ensure_venv(what: &str) -> Result<()> {
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
    Err(Error::said(format!(
        "{what} needs python3 with its module venv: install python3-venv"
    )))
}
