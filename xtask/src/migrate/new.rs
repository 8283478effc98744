//! Writes a new migration and registers it.

use std::path::Path;
use std::process::Command;

use chrono::{DateTime, Utc};

use super::{register, skeleton, timestamp};
use crate::error::{Error, Result};
use crate::process;
use crate::terminal::print;
use crate::workspace;

/// Writes a migration of which the text is still to come.
pub(super) fn write(domain: &str, name: &str, data: bool) -> Result<()> {
    check_domain(domain)?;
    check_name(name)?;
    let text = if data {
        skeleton::data(name)
    } else {
        skeleton::of(name)
    };
    place(domain, name, &text, timestamp::next()?)
}

/// Writes `migration/src/<domain>/m<time>_<name>.rs` and the lines that name it.
///
/// # Errors
/// When a file is not laid out as expected, or cannot be written.
pub(crate) fn place(domain: &str, name: &str, text: &str, time: DateTime<Utc>) -> Result<()> {
    let sources = workspace::root().join("migration/src");
    let module = format!("m{}_{name}", timestamp::of(time));
    let migration = sources.join(domain).join(format!("{module}.rs"));
    let list = sources.join(domain).join("mod.rs");
    let lib = sources.join("lib.rs");

    let root = if list.exists() {
        workspace::write(&list, &edited(&list, register::migration, &module)?)?;
        &list
    } else {
        if sources.join(format!("{domain}.rs")).exists() {
            return Err(Error::said(format!(
                "`{domain}` is a module of the migration crate"
            )));
        }
        workspace::write(&lib, &edited(&lib, register::domain, domain)?)?;
        workspace::write(&list, &register::first_list(domain, &module))?;
        &lib
    };
    workspace::write(&migration, text)?;
    // Formats the modules below it as well.
    process::run(
        Command::new("rustfmt")
            .args(["--edition", "2024"])
            .arg(root),
    )?;
    print(&format!(
        "{} is written and registered",
        workspace::relative(&migration)
    ));
    Ok(())
}

/// A file's text with one more name in its list; a sentence when the file is not laid out as expected.
fn edited(path: &Path, edit: fn(&str, &str) -> Option<String>, name: &str) -> Result<String> {
    edit(&workspace::read(path)?, name).ok_or_else(|| {
        let path = workspace::relative(path);
        Error::said(format!(
            "{path} has no list of migrations to which `{name}` can be added"
        ))
    })
}

fn check_domain(domain: &str) -> Result<()> {
    if is_identifier(domain) {
        return Ok(());
    }
    Err(Error::said(format!(
        "`{domain}` is no name of a domain: a-z, 0-9 and _"
    )))
}

/// Ok when it is the name of a migration.
///
/// # Errors
/// When it is not.
pub(super) fn check_name(name: &str) -> Result<()> {
    let is_verb_and_noun =
        is_identifier(name) && name.split('_').count() > 1 && !name.split('_').any(str::is_empty);
    if is_verb_and_noun {
        return Ok(());
    }
    Err(Error::said(format!(
        "`{name}` is not <verb>_<noun>, such as create_tasks"
    )))
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_before_anything_is_written() {
        for name in ["create_tasks", "index_tasks_by_due_date"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["create", "create_", "create__tasks", "create-tasks", ""] {
            assert!(check_name(name).is_err(), "{name}");
        }
        assert!(check_domain("projects").is_ok());
        for domain in ["Projects", "../app", ""] {
            assert!(check_domain(domain).is_err(), "{domain}");
        }
    }
}
