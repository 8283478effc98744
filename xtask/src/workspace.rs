//! Where things lie in the workspace.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use cargo_metadata::{Metadata, MetadataCommand};

use crate::environment;
use crate::error::{Error, Result};
use crate::process::cargo_program;

/// Folders that hold nothing written by hand.
const SKIPPED: [&str; 9] = [
    "target",
    ".git",
    ".ashlar",
    "certs",
    "node_modules",
    "__pycache__",
    ".venv",
    ".idea",
    ".vscode",
];

/// The workspace's root folder.
pub(crate) fn root() -> PathBuf {
    // Set by `cargo run`; the compiled-in path serves a binary that was started by hand.
    let package = environment::process_var("CARGO_MANIFEST_DIR")
        .filter(|path| path.ends_with("xtask"))
        .unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").to_owned());
    let package = PathBuf::from(package);
    package
        .parent()
        .map_or_else(|| package.clone(), Path::to_path_buf)
}

/// Cargo's target folder.
pub(crate) fn target() -> PathBuf {
    environment::process_var("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |path| root().join(path))
}

/// The workspace as Cargo sees it, without the third-party graph.
///
/// # Errors
/// When a manifest is wrong.
pub(crate) fn metadata() -> Result<Metadata> {
    Ok(MetadataCommand::new()
        .cargo_path(cargo_program())
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()?)
}

/// A path relative to the root, with forward slashes, as it is shown and matched.
pub(crate) fn relative(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .to_string_lossy()
        .replace('\\', "/")
}

/// Every file of the project, sorted; generated and ignored folders are left out.
///
/// # Errors
/// When a folder cannot be read.
pub(crate) fn files() -> Result<Vec<PathBuf>> {
    files_in(&root())
}

/// Every file in a folder, as [`files`] are found.
///
/// # Errors
/// When a folder cannot be read.
pub(crate) fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(Error::file("read", &folder))? {
            let entry = entry.map_err(Error::file("read", &folder))?;
            let kind = entry
                .file_type()
                .map_err(Error::file("read", &entry.path()))?;
            if kind.is_dir()
                && !SKIPPED
                    .iter()
                    .any(|name| entry.file_name() == OsStr::new(name))
            {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The text of a file.
///
/// # Errors
/// When it cannot be read or is not UTF-8.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(Error::file("read", path))
}

/// Makes a folder with nothing in it, whatever was there before.
///
/// # Errors
/// When it cannot be removed or made.
pub(crate) fn make_empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(Error::file("remove", folder))?;
    }
    fs::create_dir_all(folder).map_err(Error::file("create", folder))
}

/// Writes a file as a whole or not at all, and makes its folder. Of several who write it at once the last one's text
/// stays.
///
/// # Errors
/// When the folder or the file cannot be written.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    // Each writer has a file of its own until it is complete: services that share a package start side by side.
    static WRITERS: AtomicUsize = AtomicUsize::new(0);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    }
    let writer = WRITERS.fetch_add(1, Ordering::Relaxed);
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}-{writer}.partial", std::process::id()));
    fs::write(&partial, text).map_err(Error::file("write", path))?;
    fs::rename(&partial, path).map_err(Error::file("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_may_have_many_writers() {
        let root = std::env::temp_dir().join(format!("xtask-workspace-{}", std::process::id()));
        let path = root.join("new/file");
        let texts: Vec<_> = (b'a'..=b'h')
            .map(|letter| char::from(letter).to_string().repeat(4096))
            .collect();
        std::thread::scope(|scope| {
            for text in &texts {
                scope.spawn(|| {
                    for _ in 0..50 {
                        write(&path, text).expect("written");
                    }
                });
            }
        });
        assert!(texts.contains(&read(&path).expect("the file")));
        let names = fs::read_dir(root.join("new")).expect("the folder");
        assert_eq!(names.count(), 1, "nothing partial is left");
        fs::remove_dir_all(root).expect("removed");
    }
}
