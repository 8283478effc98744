//! Where PostgreSQL's programs are.

use std::fs;
use std::path::{Path, PathBuf};

use crate::environment;

/// Debian's place: one folder for each major version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder that holds `initdb`, `pg_ctl` and `postgres`, of the newest version.
pub(super) fn find() -> Option<PathBuf> {
    newest(Path::new(DEBIAN)).or_else(in_path)
}

fn newest(versions: &Path) -> Option<PathBuf> {
    fs::read_dir(versions)
        .ok()?
        .flatten()
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, folder)| is_complete(folder))
        .max()
        .map(|(_, folder)| folder)
}

fn in_path() -> Option<PathBuf> {
    let path = environment::process_var("PATH")?;
    std::env::split_paths(&path)
        // A link leads to the folder where the other programs are.
        .filter_map(|folder| fs::canonicalize(folder.join("initdb")).ok())
        .filter_map(|initdb| initdb.parent().map(Path::to_path_buf))
        .find(|folder| is_complete(folder))
}

fn is_complete(folder: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"]
        .iter()
        .all(|program| folder.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_complete_version_is_taken() {
        let root = std::env::temp_dir().join(format!("xtask-programs-{}", std::process::id()));
        for (version, programs) in [
            ("9", ["initdb", "pg_ctl", "postgres"].as_slice()),
            ("15", &["initdb", "pg_ctl", "postgres"]),
            ("17", &["pg_ctl"]),
            ("common", &["initdb", "pg_ctl", "postgres"]),
        ] {
            let folder = root.join(version).join("bin");
            fs::create_dir_all(&folder).expect("makes a folder");
            for program in programs {
                fs::write(folder.join(program), "").expect("makes a file");
            }
        }
        let found = newest(&root);
        fs::remove_dir_all(&root).expect("cleans up");
        assert_eq!(found, Some(root.join("15/bin")));
    }
}
