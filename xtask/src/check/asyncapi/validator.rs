//! AsyncAPI's own parser, from npm: whether a document is valid. (It does not look at examples; the
//! tests of the application do.)

use std::path::Path;
use std::process::Command;

use crate::environment;
use crate::error::{Error, Result};
use crate::npm;
use crate::process;
use crate::terminal::say;
use crate::workspace;

/// Pinned: a newer one finds other things, and that is a change to make with open eyes.
const VERSION: &str = "3.6.3";

/// What runs it, beside the package.
const SCRIPT: &str = include_str!("validate.mjs");

/// Prints what is wrong with the document, if anything.
///
/// # Errors
/// When something is, or when the parser cannot be had in continuous integration.
pub(super) fn run(document: &Path) -> Result<()> {
    let Some(home) = npm::ensure("@asyncapi/parser", VERSION)? else {
        let sentence = "the document is not validated: that needs node and npm";
        if environment::is_ci() {
            return Err(Error::said(sentence));
        }
        say(sentence);
        return Ok(());
    };
    let script = home.join("validate.mjs");
    workspace::write(&script, SCRIPT)?;
    process::run(Command::new("node").arg(script).arg(document))
}
