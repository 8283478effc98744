//! Maildev, from npm.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::debian;
use crate::error::{Error, Result};
use crate::process;
use crate::services::certificate::Certificate;
use crate::terminal::say;
use crate::workspace;

/// Whom the server with a password lets in.
pub(super) const USER: &str = "ashlar";
pub(super) const PASSWORD: &str = "mortar";

/// Pinned: 3.0.0 cannot be installed.
const VERSION: &str = "2.2.1";

/// What starts it, beside the package.
const SCRIPT: &str = include_str!("server.js");

/// The folder of the installed package, fetched when it is not there yet; `None` when there is no Node.js.
///
/// # Errors
/// When npm cannot fetch it.
pub(super) fn ensure() -> Result<Option<PathBuf>> {
    // Two servers start side by side, and one fetches.
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _turn = TURN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if !debian::provides("node", "nodejs")? {
        return Ok(None);
    }
    let home = workspace::target().join(format!("tools/maildev-{VERSION}"));
    if !home.exists() {
        if !debian::provides("npm", "npm")? {
            return Ok(None);
        }
        say(&format!("fetching maildev {VERSION} from npm"));
        fetch(&home)?;
    }
    workspace::write(&home.join("server.js"), SCRIPT)?;
    Ok(Some(home))
}

/// The command that serves SMTP and the API on these ports.
pub(super) fn server(
    home: &Path,
    data: &Path,
    [smtp, api]: [u16; 2],
    certificate: Option<&Certificate>,
) -> Command {
    let mut command = Command::new("node");
    command
        .arg(home.join("server.js"))
        .args(["--ip", "127.0.0.1"])
        .args(["--smtp", &smtp.to_string(), "--web", &api.to_string()])
        .arg("--mail-directory")
        .arg(data.join("mail"));
    if let Some(certificate) = certificate {
        command
            .arg("--incoming-secure")
            .arg("--incoming-cert")
            .arg(certificate.chain())
            .arg("--incoming-key")
            .arg(certificate.key())
            .args(["--incoming-user", USER, "--incoming-pass", PASSWORD]);
    }
    command
}

/// Complete or not at all: the folder gets its name last.
fn fetch(home: &Path) -> Result<()> {
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
    .arg(format!("maildev@{VERSION}"))
    .current_dir(&partial)
    .stdout(std::process::Stdio::null());
    process::run(&mut npm)?;
    fs::rename(&partial, home).map_err(Error::file("create", home))
}
