//! Part `queries`: no statement of the application reads a table from end to end, unless that is declared.

use crate::error::{Error, Result};
use crate::guard::Guard;
use crate::process;
use crate::recording::Recording;
use crate::services::{self, POSTGRES};

/// Holds what the last whole run of the tests recorded against the databases' plans.
pub(super) fn run() -> Result<()> {
    let recording = Recording::of_target();
    if !recording.is_current()? {
        return Err(Error::said(
            "nothing is recorded of the sources as they are now: `cargo xtask test`, without arguments and \
             with PostgreSQL, records the statements that this part looks at",
        ));
    }
    let mut guard = Guard::start()?;
    let postgres = services::acquire(POSTGRES)?;
    let mut command = process::run_binary("queries");
    command
        .arg(recording.folder())
        .env("TEST_DATABASE_URL", postgres);
    let mut child = guard.spawn(&mut command)?;
    let status = child.wait().map_err(process::not_started(&command))?;
    guard.forget(&child);
    guard.release();
    process::check(&command, status)
}
