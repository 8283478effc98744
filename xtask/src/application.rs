//! The application's own commands that the workshop uses.

use std::path::PathBuf;
use std::process::Command;

use crate::error::{Error, Result};
use crate::process;
use crate::terminal::print;
use crate::workspace;

/// The committed OpenAPI document, below the root.
pub(crate) const OPENAPI: &str = "docs/openapi.json";

/// The committed AsyncAPI document, below the root.
pub(crate) const ASYNCAPI: &str = "docs/asyncapi.json";

/// What `ashlar <args>` prints, from the sources as they are now.
///
/// # Errors
/// When it does not compile, or fails.
pub(crate) fn output_of(args: &[&str]) -> Result<String> {
    process::stdout_of(process::run_binary("ashlar").args(args))
}

/// Builds the binary `ashlar` in the development profile and returns where it is.
///
/// # Errors
/// When it does not compile.
pub(crate) fn build() -> Result<PathBuf> {
    process::run(&mut process::cargo(["build", "--bin", "ashlar"]))?;
    Ok(workspace::target().join("debug/ashlar"))
}

/// Where the committed OpenAPI document is.
pub(crate) fn openapi_path() -> PathBuf {
    workspace::root().join(OPENAPI)
}

/// Where the committed AsyncAPI document is.
pub(crate) fn asyncapi_path() -> PathBuf {
    workspace::root().join(ASYNCAPI)
}

/// Writes the committed OpenAPI document anew.
///
/// # Errors
/// When the application does not compile, or the file cannot be written.
pub(crate) fn write_openapi() -> Result<()> {
    workspace::write(&openapi_path(), &output_of(&["openapi"])?)?;
    print(&format!("{OPENAPI} is written"));
    Ok(())
}

/// Writes the committed AsyncAPI document anew.
///
/// # Errors
/// When the application does not compile, or the file cannot be written.
pub(crate) fn write_asyncapi() -> Result<()> {
    workspace::write(&asyncapi_path(), &output_of(&["asyncapi"])?)?;
    print(&format!("{ASYNCAPI} is written"));
    Ok(())
}

/// Makes a certificate for development.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn write_certificates() -> Result<()> {
    process::run(process::run_binary("dev-certs").arg("certs/"))?;
    for (variable, file) in [
        ("TLS_CERT", "certs/localhost.crt"),
        ("TLS_KEY", "certs/localhost.key"),
    ] {
        if !workspace::root().join(file).is_file() {
            return Err(Error::said(format!("dev-certs did not write {file}")));
        }
        print(&format!("{variable}={file}"));
    }
    Ok(())
}

/// A command that runs the binary at the workspace root.
pub(crate) fn command(binary: &std::path::Path) -> Command {
    let mut command = Command::new(binary);
    command.current_dir(workspace::root());
    command
}
