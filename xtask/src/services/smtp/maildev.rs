//! Maildev, from npm.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Result;
use crate::npm;
use crate::services::certificate::Certificate;
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
    let Some(home) = npm::ensure("maildev", VERSION)? else {
        return Ok(None);
    };
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
