//! `migration/recorded.sha256`: what each migration was when it was finished, in the format of `sha256sum`.
//!
//! Every migration has a line, or `check` fails, so none is forgotten; a line that main has never changes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::history;
use crate::terminal::print;
use crate::workspace;

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
    let files = files()?;
    workspace::write(&path(), &text(&files))?;
    print(&format!("{PATH} has {} migrations", files.len()));
    Ok(())
}

/// Ok when nothing was changed that main has.
///
/// # Errors
/// When something was, or a file cannot be read.
pub(crate) fn refuse_edits() -> Result<()> {
    let files = files()?;
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
    Ok(compare(&files()?, &recorded, &released()?))
}

fn path() -> PathBuf {
    workspace::root().join(PATH)
}

/// The migrations that are there.
fn files() -> Result<Hashes> {
    let folder = workspace::root().join("migration");
    let mut hashes = Hashes::new();
    for file in workspace::files()? {
        let Ok(path) = file.strip_prefix(&folder) else {
            continue;
        };
        let path = path.to_string_lossy().replace('\\', "/");
        if is_migration(&path) {
            let digest = Sha256::digest(workspace::read(&file)?.as_bytes());
            let hash = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            hashes.insert(path, hash);
        }
    }
    Ok(hashes)
}

/// `src/<domain>/m<time>_<name>.rs`.
fn is_migration(path: &str) -> bool {
    let mut parts = path.split('/');
    let (first, _, file) = (parts.next(), parts.next(), parts.next());
    let is_named = |file: &str| {
        let time = file.strip_prefix('m').unwrap_or_default();
        time.starts_with(|first: char| first.is_ascii_digit()) && file.ends_with(".rs")
    };
    first == Some("src") && file.is_some_and(is_named) && parts.next().is_none()
}

/// What each migration of main was when it came there: what a later record says of it is an edit.
fn released() -> Result<Hashes> {
    let versions = history::versions(PATH)?;
    Ok(first_of(
        versions.iter().map(|version| parse(&version.text)),
    ))
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
        .filter(|path| !released.contains_key(*path) && name(path) < last)
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
    fn what_is_new_comes_behind_what_main_has() {
        let files = hashes(&[(OLD, "1"), (NEW, "2")]);
        let found = compare(&files, &files, &hashes(&[(NEW, "2")]));
        assert!(
            found.len() == 1 && found[0].contains("sorts before"),
            "{found:?}"
        );
    }

    #[test]
    fn other_files_are_no_migrations() {
        assert!(is_migration(OLD));
        for path in [
            "src/lib.rs",
            "src/a/mod.rs",
            "src/migrator.rs",
            "tests/a/m2_b.rs",
        ] {
            assert!(!is_migration(path), "{path}");
        }
    }
}
