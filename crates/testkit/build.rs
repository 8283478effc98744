//! Tells the library which migrations there are: a hash of all they consist of, so that a migrated
//! database is used again exactly as long as migrating would make the same one.

use std::{
    collections::BTreeSet,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    // The lock file, since it decides which version of the schema builder writes the statements.
    let mut files = BTreeSet::from([root.join("Cargo.lock")]);
    collect(&root.join("migration/src"), &mut files)?;
    let mut hasher = DefaultHasher::new();
    for file in &files {
        file.hash(&mut hasher);
        fs::read(file)?.hash(&mut hasher);
    }
    println!("cargo::rustc-env=MIGRATIONS={:016x}", hasher.finish());
    println!(
        "cargo::rerun-if-changed={}",
        root.join("migration/src").display()
    );
    println!(
        "cargo::rerun-if-changed={}",
        root.join("Cargo.lock").display()
    );
    Ok(())
}

fn collect(folder: &Path, files: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => collect(&entry.path(), files)?,
            false => drop(files.insert(entry.path())),
        }
    }
    Ok(())
}
