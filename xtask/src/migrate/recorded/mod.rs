//! `migration/recorded.sha256`: what each migration was when it was finished, in the format of `sha256sum`.
//!
//! Every migration has a line, or `check` fails, so none is forgotten; a line that main has never changes. So has what
//! migrations call of the crate; its line may change, by somebody who looks at what the migrations on main then do.

mod files;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::history;
use crate::terminal::print;
use crate::workspace;
use files::is_migration;

/// The file, below the root.
const PATH: &str = "migration/recorded.sha256";

/// Hashes by the path of the file, relative to `migration/`.
type Hashes = BTreeMap<String, String>;

/// Records every migration as it is now, but for those that main has.
///
/// # Errors
/// When one that main has was changed, or a file cannot be read or written.
pub(crate) fn record() -> Result<()> {
    refuse_edits()?;
    let files = files::hashes()?;
    workspace::write(&path(), &text(&files))?;
    let migrations = files.keys().filter(|path| is_migration(path)).count();
    print(&format!(
        "{PATH} has {migrations} migrations, and what they call"
    ));
    Ok(())
}

/// Ok when nothing was changed that main has.
///
/// # Errors
/// When something was, or a file cannot be read.
pub(crate) fn refuse_edits() -> Result<()> {
    let files = files::hashes()?;
    let changed = (released()?.into_iter())
        .filter(|(path, hash)| files.get(path) != Some(hash))
        .map(|(path, _)| is_released(&path));
    Error::from_findings(changed.collect())
}

/// What is wrong with the record.
///
/// # Errors
/// When a file cannot be read, or in CI what main had cannot be told.
pub(crate) fn findings() -> Result<Vec<String>> {
    let recorded = parse(&workspace::read(&path()).unwrap_or_default());
    Ok(compare(&files::hashes()?, &recorded, &released()?))
}

fn path() -> PathBuf {
    workspace::root().join(PATH)
}

/// What each migration of main was when it came there: what a later record says of it is an edit.
fn released() -> Result<Hashes> {
    let versions = history::versions(PATH)?;
    let mut released = first_of(versions.iter().map(|version| parse(&version.text)));
    released.retain(|path, _| is_migration(path));
    Ok(released)
}

/// Of records, the newest first, the oldest hash of each path.
fn first_of(records: impl Iterator<Item = Hashes>) -> Hashes {
    records.flatten().collect()
}

fn text(hashes: &Hashes) -> String {
    hashes
        .iter()
        .map(|(path, hash)| format!("{hash}  {path}\n"))
        .collect()
}

fn parse(text: &str) -> Hashes {
    text.lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(hash, path)| (path.to_owned(), hash.to_owned()))
        .collect()
}

fn is_released(path: &str) -> String {
    format!(
        "migration/{path} is on main and never changes: bring it back, and write a further migration"
    )
}

fn compare(files: &Hashes, recorded: &Hashes, released: &Hashes) -> Vec<String> {
    let mut findings = Vec::new();
    for (path, hash) in released {
        if files.get(path) != Some(hash) || recorded.get(path) != Some(hash) {
            findings.push(is_released(path));
        }
    }
    for (path, hash) in files
        .iter()
        .filter(|(path, _)| !released.contains_key(*path))
    {
        match recorded.get(path) {
            Some(known) if known == hash => (),
            Some(_) if !is_migration(path) => findings.push(format!(
                "migration/{path} changed, and migrations call it: see that those on main do what they did, then `cargo xtask migrate record`"
            )),
            Some(_) => findings.push(format!(
                "migration/{path} changed since it was recorded: `cargo xtask migrate record`"
            )),
            None => findings.push(format!(
                "migration/{path} is not recorded: `cargo xtask migrate record` once it is finished"
            )),
        }
    }
    for path in recorded.keys().filter(|path| !files.contains_key(*path)) {
        if !released.contains_key(path) {
            findings.push(format!(
                "migration/{path} is recorded and gone: `cargo xtask migrate record`"
            ));
        }
    }
    findings.extend(late(files, released));
    findings
}

/// A migration that sorts before one that main has would come at another place in a new database than in those that
/// are there.
fn late(files: &Hashes, released: &Hashes) -> Vec<String> {
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let Some(last) = released.keys().map(|path| name(path)).max() else {
        return Vec::new();
    };
    files
        .keys()
        .filter(|path| is_migration(path) && !released.contains_key(*path) && name(path) < last)
        .map(|path| {
            format!("migration/{path} sorts before {last}, which is on main: give it a later time")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "src/a/m20260101_000000_create_a.rs";
    const NEW: &str = "src/b/m20260102_000000_create_b.rs";

    fn hashes(of: &[(&str, &str)]) -> Hashes {
        of.iter()
            .map(|(path, hash)| ((*path).to_owned(), (*hash).to_owned()))
            .collect()
    }

    #[test]
    fn a_record_is_read_as_it_is_written() {
        let record = hashes(&[(OLD, "1a"), (NEW, "2b")]);
        assert_eq!(parse(&text(&record)), record);
    }

    #[test]
    fn what_is_recorded_and_unchanged_is_right() {
        let all = hashes(&[(OLD, "1"), (NEW, "2")]);
        assert!(compare(&all, &all, &hashes(&[(OLD, "1")])).is_empty());
        assert!(compare(&all, &all, &Hashes::new()).is_empty());
    }

    #[test]
    fn what_main_has_is_never_edited_not_even_with_its_record() {
        let edited = hashes(&[(OLD, "changed")]);
        let found = compare(&edited, &edited, &hashes(&[(OLD, "1")]));
        assert!(
            found.len() == 1 && found[0].contains("never changes"),
            "{found:?}"
        );
        let found = compare(&Hashes::new(), &Hashes::new(), &hashes(&[(OLD, "1")]));
        assert_eq!(found.len(), 1, "removed: {found:?}");
    }

    #[test]
    fn what_main_has_is_what_it_had_first() {
        let records = [
            hashes(&[(OLD, "edited"), (NEW, "2")]),
            hashes(&[(OLD, "1")]),
            Hashes::new(),
        ];
        let released = first_of(records.into_iter());
        assert_eq!(released, hashes(&[(OLD, "1"), (NEW, "2")]));
    }

    #[test]
    fn what_is_new_must_be_recorded_as_it_is() {
        let files = hashes(&[(NEW, "2")]);
        let found = compare(&files, &Hashes::new(), &Hashes::new());
        assert!(
            found.len() == 1 && found[0].contains("not recorded"),
            "{found:?}"
        );
        let found = compare(&files, &hashes(&[(NEW, "1")]), &Hashes::new());
        assert!(
            found.len() == 1 && found[0].contains("changed since"),
            "{found:?}"
        );
        let found = compare(&Hashes::new(), &files, &Hashes::new());
        assert!(found.len() == 1 && found[0].contains("gone"), "{found:?}");
    }

    #[test]
    fn what_migrations_call_is_recorded_and_may_change() {
        let texts = |columns: &str| {
            BTreeMap::from(
                [
                    (OLD, "use crate::columns;\nuse crate::{\n    alter,\n};\n"),
                    ("src/columns.rs", columns),
                    ("src/alter/sqlite.rs", ""),
                    ("src/lock.rs", ""),
                ]
                .map(|(path, text)| (path.to_owned(), text.to_owned())),
            )
        };
        let (old, new) = (files::hashed(&texts("one")), files::hashed(&texts("two")));
        let paths: Vec<_> = old.keys().map(String::as_str).collect();
        assert_eq!(paths, [OLD, "src/alter/sqlite.rs", "src/columns.rs"]);
        let released = hashes(&[(OLD, &old[OLD])]);
        assert!(compare(&old, &old, &released).is_empty());
        let found = compare(&new, &old, &released);
        assert!(
            found.len() == 1 && found[0].contains("src/columns.rs changed, and migrations call it"),
            "{found:?}"
        );
        assert!(compare(&new, &new, &released).is_empty());
    }

    #[test]
    fn what_is_new_comes_behind_what_main_has() {
        let files = hashes(&[(OLD, "1"), (NEW, "2")]);
        let found = compare(&files, &files, &hashes(&[(NEW, "2")]));
        assert!(
            found.len() == 1 && found[0].contains("sorts before"),
            "{found:?}"
        );
    }
}
