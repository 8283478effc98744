//! `ashlar-schema`, which knows entities and databases: it is built and run with a PostgreSQL at hand.

use crate::error::Result;
use crate::guard::Guard;
use crate::process;
use crate::services;

/// What the tool prints.
///
/// # Errors
/// When it does not compile or fails, or there is no PostgreSQL to be had.
pub(crate) fn output_of(args: &[&str]) -> Result<String> {
    let guard = Guard::start()?;
    let server = services::acquire(services::POSTGRES)?;
    let mut tool = process::run_binary("ashlar-schema");
    let output = process::stdout_of(tool.args(args).env("TEST_DATABASE_URL", server));
    guard.release();
    output
}
