//! What the sources look like now. Asking each file for its time takes milliseconds for a tree of this size, needs no
//! library, and works on every file system, also those of containers, where change notices get lost.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::{Error, Result};
use crate::workspace;

/// What the running server is made of, relative to the workspace root.
const WATCHED: [&str; 5] = ["crates", "migration", "Cargo.toml", "Cargo.lock", ".env"];

/// Every watched file with the time of its last change and its length.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Snapshot(BTreeMap<PathBuf, (Option<SystemTime>, u64)>);

impl Snapshot {
    /// Looks at every watched file.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub(super) fn take() -> Result<Self> {
        Self::of(
            WATCHED
                .iter()
                .map(|name| workspace::root().join(name))
                .collect(),
        )
    }

    fn of(mut paths: Vec<PathBuf>) -> Result<Self> {
        let mut files = BTreeMap::new();
        while let Some(path) = paths.pop() {
            // What vanishes between listing and looking is a change like any other.
            let Ok(metadata) = fs::metadata(&path) else {
                continue;
            };
            if metadata.is_dir() {
                paths.extend(entries(&path)?);
            } else {
                files.insert(path, (metadata.modified().ok(), metadata.len()));
            }
        }
        Ok(Self(files))
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(entries.flatten().map(|entry| entry.path()).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Error::file("read", folder)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_changed_and_removed_files_are_seen() {
        let root = std::env::temp_dir().join(format!("xtask-watch-{}", std::process::id()));
        let file = root.join("src/lib.rs");
        fs::create_dir_all(root.join("src")).expect("makes a folder");
        let look = || Snapshot::of(vec![root.clone(), root.join("absent")]).expect("reads");

        let empty = look();
        fs::write(&file, "a").expect("writes");
        let one = look();
        assert_eq!(one, look());
        fs::write(&file, "ab").expect("writes");
        let longer = look();
        fs::remove_file(&file).expect("removes");
        let gone = look();
        fs::remove_dir_all(&root).expect("cleans up");

        assert_ne!(empty, one);
        assert_ne!(one, longer);
        assert_eq!(empty, gone);
    }
}
