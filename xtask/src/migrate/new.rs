//! Writes a new migration and registers it.

use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use super::{register, skeleton, timestamp};
use crate::error::{Error, Result};
use crate::process;
use crate::terminal::print;
use crate::workspace;

/// Writes `migration/src/<domain>/m<time>_<name>.rs` and the lines that name it.
pub(super) fn write(domain: &str, name: &str) -> Result<()> {
    check_names(domain, name)?;
    let sources = workspace::root().join("migration/src");
    let module = format!("m{}_{name}", timestamp::of(SystemTime::now()));
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
    workspace::write(&migration, &skeleton::of(name))?;
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

fn check_names(domain: &str, name: &str) -> Result<()> {
    if !is_identifier(domain) {
        return Err(Error::said(format!(
            "`{domain}` is no name of a domain: a-z, 0-9 and _"
        )));
    }
    let is_verb_and_noun =
        is_identifier(name) && name.split('_').count() > 1 && !name.split('_').any(str::is_empty);
    if !is_verb_and_noun {
        return Err(Error::said(format!(
            "`{name}` is not <verb>_<noun>, such as create_tasks"
        )));
    }
    Ok(())
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::check_names;

    #[test]
    fn names_are_checked_before_anything_is_written() {
        assert!(check_names("projects", "create_tasks").is_ok());
        assert!(check_names("projects", "index_tasks_by_due_date").is_ok());
        for (domain, name) in [
            ("Projects", "create_tasks"),
            ("../app", "create_tasks"),
            ("projects", "create"),
            ("projects", "create_"),
            ("projects", "create__tasks"),
            ("projects", "create-tasks"),
            ("", "create_tasks"),
        ] {
            assert!(check_names(domain, name).is_err(), "{domain} {name}");
        }
    }
}
