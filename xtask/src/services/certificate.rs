//! A certificate for the TLS ports of services, for this machine alone, made once by `openssl`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::debian;
use crate::error::{Error, Result};
use crate::process;
use crate::terminal::say;
use crate::workspace;

/// A certificate for 127.0.0.1 and localhost.
pub(super) struct Certificate {
    folder: PathBuf,
}

impl Certificate {
    /// The certificate, made when it is not there yet.
    ///
    /// # Errors
    /// When there is no `openssl`, or it fails.
    pub(super) fn ensure() -> Result<Self> {
        // Beside the tools, where `kafka/broker.sh` looks for it.
        let folder = workspace::target().join("tools/tls");
        if !folder.exists() {
            make(&folder)?;
        }
        Ok(Self { folder })
    }

    /// Whom clients must trust.
    pub(super) fn authority(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// What a server shows.
    pub(super) fn chain(&self) -> PathBuf {
        self.folder.join("server.crt")
    }

    /// The server's private key.
    pub(super) fn key(&self) -> PathBuf {
        self.folder.join("server.key")
    }
}

/// Makes the folder as a whole or not at all; two services may ask at once.
fn make(folder: &Path) -> Result<()> {
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _turn = TURN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if folder.exists() {
        return Ok(());
    }
    if !debian::provides("openssl", "openssl")? {
        return Err(Error::said(
            "a certificate for tests needs `openssl`: install it",
        ));
    }
    say("making a certificate for the services' TLS ports");
    let partial = folder.with_extension("partial");
    workspace::make_empty(&partial)?;
    make_authority(&partial)?;
    make_server(&partial)?;
    // Kafka wants both in one file, the key first.
    let key = workspace::read(&partial.join("server.key"))?;
    let chain = workspace::read(&partial.join("server.crt"))?;
    workspace::write(&partial.join("server.pem"), &(key + &chain))?;
    // Nobody can sign another one that clients of tests would trust.
    let signer = partial.join("ca.key");
    fs::remove_file(&signer).map_err(Error::file("remove", &signer))?;
    fs::rename(&partial, folder).map_err(Error::file("create", folder))
}

fn make_authority(folder: &Path) -> Result<()> {
    run(
        request(folder, "ca.key", "ca.pem", "/CN=Ashlar test authority")
            .args(["-addext", "keyUsage=critical,keyCertSign"]),
    )
}

fn make_server(folder: &Path) -> Result<()> {
    run(request(folder, "server.key", "server.crt", "/CN=localhost")
        .args(["-CA", "ca.pem", "-CAkey", "ca.key"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-addext", "extendedKeyUsage=serverAuth"])
        .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]))
}

fn request(folder: &Path, key: &str, certificate: &str, subject: &str) -> Command {
    let mut command = Command::new("openssl");
    command
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
        ])
        .args([
            "-days",
            "3650",
            "-subj",
            subject,
            "-keyout",
            key,
            "-out",
            certificate,
        ])
        .current_dir(folder);
    command
}

/// In silence: `openssl` tells its progress on the error output. What went wrong is told.
fn run(command: &mut Command) -> Result<()> {
    let output = command.output().map_err(process::not_started(command))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::said(format!(
        "openssl could not make a certificate: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    )))
}
