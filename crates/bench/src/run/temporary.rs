//! A directory for logs and SQLite files that goes with the run.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::BenchError;

/// Removed when dropped.
pub(super) struct TemporaryDirectory(PathBuf);

impl TemporaryDirectory {
    /// An empty directory that no other run has.
    pub(super) fn create() -> Result<Self, BenchError> {
        let path = std::env::temp_dir().join(format!("ashlar-bench-{}", uuid::Uuid::new_v4()));
        fs::create_dir(&path).map_err(BenchError::io("making a temporary directory"))?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("ashlar-bench: {} stays: {error}", self.0.display());
        }
    }
}
