//! Part `migrations`: what migrations are called, that none which is on main changed, and that together they make the
//! tables of the entities, on both databases and there and back.

mod apart;
mod names;

use std::path::Path;

use crate::error::{Error, Result};
use crate::migrate::{recorded, tool};
use crate::workspace;

/// A migration's file.
struct Migration {
    /// Below `migration/src`.
    domain: String,
    /// Without `.rs`.
    name: String,
    text: String,
}

/// What is quick to tell comes first; the databases are asked only when nothing was found.
pub(super) fn run() -> Result<()> {
    let migrations = migrations()?;
    let mut findings = names::findings(&migrations)?;
    findings.extend(migrations.iter().filter_map(apart::finding));
    findings.extend(recorded::findings()?);
    Error::from_findings(findings)?;
    tool::output_of(&["check"]).map(drop)
}

fn migrations() -> Result<Vec<Migration>> {
    let sources = workspace::root().join("migration/src");
    let mut migrations = Vec::new();
    for file in workspace::files()? {
        let Ok(path) = file.strip_prefix(&sources) else {
            continue;
        };
        let path = path.to_string_lossy().replace('\\', "/");
        let path = path
            .strip_suffix(".rs")
            .and_then(|path| path.split_once('/'));
        if let Some((domain, name)) = path
            && name != "mod"
            && has_list(&sources.join(domain).join("mod.rs"))?
        {
            migrations.push(Migration {
                domain: domain.to_owned(),
                name: name.to_owned(),
                text: workspace::read(&file)?,
            });
        }
    }
    Ok(migrations)
}

/// Whether a folder is that of a domain, and not a part of the crate.
fn has_list(path: &Path) -> Result<bool> {
    Ok(workspace::read(path)?.contains("pub(crate) fn migrations()"))
}
