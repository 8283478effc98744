//! `cargo xtask openapi`: the HTTP contract, written and compared.

mod body;
mod change;
mod compare;
mod declared;
mod document;
mod parameter;
mod security;
#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::application::{self, OPENAPI};
use crate::error::{Error, Result};
use crate::history;
use crate::terminal::print;
use crate::workspace;

pub(crate) use change::Change;
pub(crate) use declared::{Declared, PAGE};

/// What `cargo xtask openapi` accepts.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write docs/openapi.json anew; so does `openapi` alone
    Write,
    /// Tell what changed in docs/openapi.json, and fail when it breaks clients and is not declared
    Diff {
        /// The commit to compare with; none: where this branch left the main one
        #[arg(long, value_name = "REV")]
        base: Option<String>,
    },
}

/// Writes, or compares.
///
/// # Errors
/// When it cannot, or when a change breaks clients and is not declared.
pub(crate) fn run(options: &Options) -> Result<()> {
    match &options.command {
        None | Some(Command::Write) => application::write_openapi(),
        Some(Command::Diff { base }) => diff(base.as_deref()),
    }
}

fn diff(base: Option<&str>) -> Result<()> {
    let base = base.map(str::to_owned).or_else(history::base);
    let base = base.ok_or_else(|| Error::said("there is no git history: say --base"))?;
    let old = history::text(&base, OPENAPI)
        .ok_or_else(|| Error::said(format!("there is no {OPENAPI} in `{base}`")))?;
    let old = Published {
        api: parse(&old)?,
        declared: declared_then(&base),
    };
    let new = parse(&application::output_of(&["openapi"])?)?;
    let declared = declared_now()?;
    let changes = compare::changes(&old.api, &new);
    print_changes(&changes, |change| declared.since(&old.declared, change));
    Error::from_findings(old.undeclared(&new, &declared))
}

fn print_changes(changes: &[Change], is_declared: impl Fn(&Change) -> bool) {
    for change in changes {
        let kind = match (change.breaks(), is_declared(change)) {
            (true, false) => "breaks",
            (true, true) => "declared",
            (false, _) => "harmless",
        };
        print(&format!("{kind:<10}{change}"));
    }
    let breaking = changes.iter().filter(|change| change.breaks()).count();
    let harmless = changes.len() - breaking;
    print(&format!(
        "breaking changes: {breaking}, harmless: {harmless}"
    ));
}

/// A version of the contract that clients may go by.
pub(crate) struct Published {
    api: Value,
    /// What was declared when it was published.
    declared: Declared,
}

impl Published {
    /// The contract as it was in a commit; `None` when the text is no document at all.
    pub(crate) fn of(version: &history::Version) -> Option<Self> {
        let api = parse(&version.text).ok()?;
        let declared = declared_then(&version.commit);
        Some(Self { api, declared })
    }

    /// Every change up to now that breaks its clients and was not declared since, with the row that would declare it.
    pub(crate) fn undeclared(&self, new: &Value, declared: &Declared) -> Vec<String> {
        compare::changes(&self.api, new)
            .iter()
            .filter(|change| change.breaks() && !declared.since(&self.declared, change))
            .map(|change| format!("{change}; not declared in {PAGE} as `{}`", change.key()))
            .collect()
    }
}

/// An OpenAPI document.
///
/// # Errors
/// When it is none.
pub(crate) fn parse(text: &str) -> Result<Value> {
    let document: Value = serde_json::from_str(text).map_err(|source| Error::Json {
        what: "the OpenAPI document".to_owned(),
        source,
    })?;
    if document["paths"].is_object() {
        Ok(document)
    } else {
        Err(Error::said("the OpenAPI document has no paths"))
    }
}

/// What is declared in the work tree.
///
/// # Errors
/// When there is no table, or a row without a reason.
pub(crate) fn declared_now() -> Result<Declared> {
    Declared::parse(&workspace::read(&workspace::root().join(PAGE))?)
}

/// What was declared in a commit. A page that was not there, or is none of ours, declares nothing.
fn declared_then(commit: &str) -> Declared {
    let page = history::text(commit, PAGE).unwrap_or_default();
    Declared::parse(&page).unwrap_or_default()
}
