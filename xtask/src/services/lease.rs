//! Who uses the services now, told by file locks, which the kernel releases when a process dies.

use std::fs::{self, File, OpenOptions};

use super::state;
use crate::error::{Error, Result};

/// A share in the running services: as long as anybody holds one, those that tests started are not stopped.
pub(crate) struct Lease {
    users: File,
}

impl Lease {
    /// Takes a share.
    ///
    /// # Errors
    /// When the lock file cannot be made.
    pub(crate) fn take() -> Result<Self> {
        let path = state::folder().join("users.lock");
        let users = lock_file(&path)?;
        users.lock_shared().map_err(Error::file("lock", &path))?;
        Ok(Self { users })
    }

    /// Gives the share back; the last one stops what `services up` does not keep.
    ///
    /// # Errors
    /// When a service cannot be stopped.
    pub(crate) fn give_back(self) -> Result<()> {
        // One after the other: two that leave at once would each see the other and neither stop anything.
        let _turn = turn()?;
        match self.users.try_lock() {
            Ok(()) => super::stop_unkept(),
            Err(_) => Ok(()),
        }
    }
}

/// Waits for our turn to change what runs; released on drop.
///
/// # Errors
/// When the lock file cannot be made.
pub(super) fn turn() -> Result<File> {
    let path = state::folder().join("turn.lock");
    let file = lock_file(&path)?;
    file.lock().map_err(Error::file("lock", &path))?;
    Ok(file)
}

fn lock_file(path: &std::path::Path) -> Result<File> {
    let folder = state::folder();
    fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(Error::file("open", path))
}
