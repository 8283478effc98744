//! The statements that a whole run of the tests records, and whether they are those of the sources as they are now.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::workspace;

/// The variable that tells tests where to record.
pub(crate) const VARIABLE: &str = "TEST_QUERIES";

/// Written when all tests have passed: the fingerprint of the sources that were recorded.
const WHOLE: &str = "whole";

/// The folder of the recorded statements.
#[derive(Debug)]
pub(crate) struct Recording {
    folder: PathBuf,
    root: PathBuf,
}

/// A recording under way.
#[derive(Debug)]
pub(crate) struct Begun {
    recording: Recording,
    fingerprint: String,
}

impl Recording {
    /// That of this workspace.
    pub(crate) fn of_target() -> Self {
        Self {
            folder: workspace::target().join("queries"),
            root: workspace::root(),
        }
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Begins anew.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub(crate) fn begin(self) -> Result<Begun> {
        workspace::make_empty(&self.folder)?;
        Ok(Begun {
            fingerprint: self.fingerprint()?,
            recording: self,
        })
    }

    /// Whether all statements of the sources as they are now are in it.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub(crate) fn is_current(&self) -> Result<bool> {
        let whole = fs::read_to_string(self.folder.join(WHOLE)).ok();
        Ok(whole == Some(self.fingerprint()?))
    }

    /// Changes with whatever may change a statement, or the tests that issue it.
    fn fingerprint(&self) -> Result<String> {
        let mut files = vec![self.root.join("Cargo.lock")];
        for folder in ["crates", "migration"] {
            collect(&self.root.join(folder), &mut files)?;
        }
        files.sort();
        let mut hasher = DefaultHasher::new();
        for file in files {
            file.strip_prefix(&self.root)
                .unwrap_or(&file)
                .hash(&mut hasher);
            workspace::read(&file)?.hash(&mut hasher);
        }
        Ok(format!("{:016x}", hasher.finish()))
    }
}

impl Begun {
    /// Where tests are to record.
    pub(crate) fn folder(&self) -> &Path {
        &self.recording.folder
    }

    /// All tests have run.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn finish(self) -> Result<()> {
        workspace::write(&self.recording.folder.join(WHOLE), &self.fingerprint)
    }
}

/// The Rust sources below a folder.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        let path = entry.map_err(Error::file("read", folder))?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_of_the_sources_that_it_was_made_with() -> Result<()> {
        let root = std::env::temp_dir().join(format!("ashlar-recording-{}", std::process::id()));
        for folder in ["crates/a/src", "migration"] {
            fs::create_dir_all(root.join(folder)).expect("a folder");
        }
        fs::write(root.join("Cargo.lock"), "").expect("a file");
        let source = root.join("crates/a/src/repository.rs");
        fs::write(&source, "one").expect("a file");
        let recording = || Recording {
            folder: root.join("target/queries"),
            root: root.clone(),
        };

        assert!(!recording().is_current()?, "nothing was recorded");
        let begun = recording().begin()?;
        assert!(!recording().is_current()?, "the tests have not passed yet");
        begun.finish()?;
        assert!(recording().is_current()?);
        fs::write(&source, "two").expect("a file");
        assert!(!recording().is_current()?, "a statement may have changed");
        fs::remove_dir_all(&root).expect("it is ours");
        Ok(())
    }
}
