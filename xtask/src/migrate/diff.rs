//! Writes the migrations that are between the entities and the schema.

use serde::Deserialize;

use super::{new, recorded, timestamp, tool};
use crate::error::{Error, Result};
use crate::terminal::print;

/// What `cargo xtask migrate diff` accepts.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// `<verb>_<noun>`, e.g. `add_tasks_colour`
    name: String,
    /// What got another name: `<table>.<old>:<new>` of a column, `<old>:<new>` of a table
    #[arg(long, value_name = "OLD:NEW")]
    rename: Vec<String>,
    /// Write steps that lose data too
    #[arg(long)]
    allow_destructive: bool,
}

/// A migration as the tool writes it.
#[derive(Deserialize)]
struct File {
    domain: String,
    text: String,
}

/// Writes one file for each domain whose tables differ.
pub(super) fn write(options: &Options) -> Result<()> {
    new::check_name(&options.name)?;
    let mut args = vec!["diff"];
    for rename in &options.rename {
        args.extend(["--rename", rename]);
    }
    if options.allow_destructive {
        args.push("--allow-destructive");
    }
    let output = tool::output_of(&args)?;
    let files: Vec<File> = serde_json::from_str(&output).map_err(|source| Error::Json {
        what: "what ashlar-schema prints".to_owned(),
        source,
    })?;
    if files.is_empty() {
        print("entities and migrations agree: there is nothing to write");
        return Ok(());
    }
    for file in &files {
        new::place(&file.domain, &options.name, &file.text, timestamp::next()?)?;
    }
    recorded::record()?;
    print("Read what is written, then `cargo xtask migrate up`.");
    Ok(())
}
