//! Writes a new migration and registers it.

use super::{register, skeleton, timestamp};
use crate::changes::Changes;
use crate::error::{Error, Result};
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
    let mut changes = Changes::of(workspace::root());
    let module = format!("m{}_{name}", timestamp::of(timestamp::next()?));
    add(&mut changes, domain, &module, text);
    changes.commit()
}

/// Adds `migration/src/<domain>/<module>.rs`, and the lines that name it.
pub(crate) fn add(changes: &mut Changes, domain: &str, module: &str, text: String) {
    let folder = format!("migration/src/{domain}");
    let list = format!("{folder}/mod.rs");
    changes.create(&format!("{folder}/{module}.rs"), text);
    if changes.has(&list) {
        changes.edit(&list, module, |text| register::migration(text, module));
        return;
    }
    if changes.has(&format!("{folder}.rs")) {
        changes.refuse(format!("`{domain}` is a module of the migration crate"));
    }
    changes.create(&list, register::first_list(domain, module));
    changes.edit("migration/src/lib.rs", &format!("mod {domain};"), |text| {
        register::domain(text, domain)
    });
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
