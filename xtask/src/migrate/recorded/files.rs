//! What is recorded of the migration crate: the migrations, and the modules that they call.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::Hashes;
use crate::error::Result;
use crate::workspace;

/// The migrations that are there, and what they call.
pub(super) fn hashes() -> Result<Hashes> {
    let folder = workspace::root().join("migration");
    let mut texts = BTreeMap::new();
    for file in workspace::files_in(&folder.join("src"))? {
        let path = file.strip_prefix(&folder).unwrap_or(&file);
        let path = path.to_string_lossy().replace('\\', "/");
        texts.insert(path, workspace::read(&file)?);
    }
    Ok(hashed(&texts))
}

/// The hashes of those files that are recorded.
pub(super) fn hashed(texts: &BTreeMap<String, String>) -> Hashes {
    let migrations = texts.iter().filter(|(path, _)| is_migration(path));
    let called: BTreeSet<&str> = migrations.flat_map(|(_, text)| called(text)).collect();
    let is_called = |path: &str| {
        let module = path.strip_prefix("src/").unwrap_or(path);
        let module = module.split(['/', '.']).next().unwrap_or(module);
        called.contains(module)
    };
    let recorded = texts
        .iter()
        .filter(|(path, _)| is_migration(path) || is_called(path));
    let hash = |text: &str| {
        let digest = Sha256::digest(text.as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    recorded
        .map(|(path, text)| (path.clone(), hash(text)))
        .collect()
}

/// The modules of the crate that a source imports: those in `crate::columns` and `crate::{alter, columns}`.
fn called(text: &str) -> impl Iterator<Item = &str> {
    text.split("crate::").skip(1).flat_map(|rest| {
        let list = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or(list),
            None => rest.split([':', ';']).next().unwrap_or(rest),
        };
        list.split([',', ':']).map(str::trim)
    })
}

/// `src/<domain>/m<time>_<name>.rs`.
pub(super) fn is_migration(path: &str) -> bool {
    let mut parts = path.split('/');
    let (first, _, file) = (parts.next(), parts.next(), parts.next());
    let is_named = |file: &str| {
        let time = file.strip_prefix('m').unwrap_or_default();
        time.starts_with(|first: char| first.is_ascii_digit()) && file.ends_with(".rs")
    };
    first == Some("src") && file.is_some_and(is_named) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_no_migrations() {
        assert!(is_migration("src/a/m20260101_000000_create_a.rs"));
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
