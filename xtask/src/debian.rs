//! Debian's packages, for a bare machine on which we are root.

use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::error::Result;
use crate::process;
use crate::terminal::say;

/// Whether packages can be installed: root on Debian or a descendant of it.
pub(crate) fn can_install() -> bool {
    Path::new("/etc/debian_version").exists()
        && process::is_root()
        && process::succeeds(Command::new("apt-get").arg("--version"))
}

/// Whether a program is there, after its package was installed if need be and if possible.
///
/// # Errors
/// When `apt-get` fails.
pub(crate) fn provides(program: &str, package: &str) -> Result<bool> {
    if !process::is_there(program) && can_install() {
        install(package)?;
    }
    Ok(process::is_there(program))
}

/// Installs a package, saying so.
///
/// # Errors
/// When `apt-get` fails.
pub(crate) fn install(package: &str) -> Result<()> {
    // Services start side by side, and apt-get does not wait for another.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    say(&format!("installing the Debian package {package}"));
    // Lists may be stale or missing on a bare machine; a mirror that fails here fails below too.
    let _ = process::run(apt().args(["update", "-qq"]));
    process::run(apt().args(["install", "-y", "-qq", "--no-install-recommends", package]))
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(std::process::Stdio::null());
    command
}
