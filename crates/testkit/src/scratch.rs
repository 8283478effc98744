//! Folders that do not outlive their test; those of killed runs go with the next.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Once,
    time::Duration,
};

use ashlar_core::ids::Id;

const PREFIX: &str = "ashlar-test-";

/// Held locked for as long as the folder is in use.
const LOCK: &str = "lock";

/// A folder is made before it is locked, so a young one without a lock is not abandoned.
const YOUTH: Duration = Duration::from_secs(60);

/// A folder of one's own, in memory where the system has such a place. Removed when dropped.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    _lock: File,
}

impl Scratch {
    /// A new, empty folder.
    #[expect(clippy::new_without_default, reason = "it has an effect")]
    pub fn new() -> Self {
        static PURGE: Once = Once::new();
        let places = [PathBuf::from("/dev/shm"), target().join("tmp")];
        PURGE.call_once(|| places.iter().for_each(|place| purge(place)));
        let name = format!("{PREFIX}{}", Id::<()>::new());
        let path = create(&places, &name).expect("a folder for what tests write");
        let lock = File::create(path.join(LOCK)).unwrap();
        lock.lock().unwrap();
        Self { path, _lock: lock }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the folder now.
    pub(crate) fn remove(&self) {
        // A file that will not go is the next run's to remove, not this test's failure.
        let _ = fs::remove_dir_all(&self.path);
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Makes a folder in the first of `places` that takes it.
fn create(places: &[PathBuf], name: &str) -> io::Result<PathBuf> {
    let mut outcome = Err(io::ErrorKind::NotFound.into());
    for place in places {
        let path = place.join(name);
        outcome = fs::create_dir_all(&path).map(|()| path);
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = folder.ancestors().nth(2);
    root.unwrap_or(folder).to_owned()
}

/// The workspace's `target`.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// Removes the folders whose owners are gone.
fn purge(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else {
        return;
    };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if is_ours && is_abandoned(&entry.path()).unwrap_or(false) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_abandoned(folder: &Path) -> io::Result<bool> {
    let age = fs::metadata(folder)?
        .modified()?
        .elapsed()
        .unwrap_or_default();
    if age < YOUTH {
        return Ok(false);
    }
    match File::open(folder.join(LOCK)) {
        Ok(lock) => Ok(lock.try_lock().is_ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn only_folders_of_the_dead_are_abandoned() {
        let living = Scratch::new();
        let dead = Scratch::new();
        let aged = SystemTime::now() - 2 * YOUTH;
        for scratch in [&living, &dead] {
            File::open(scratch.path())
                .unwrap()
                .set_modified(aged)
                .unwrap();
        }
        dead._lock.unlock().unwrap();
        assert!(!is_abandoned(living.path()).unwrap());
        assert!(is_abandoned(dead.path()).unwrap());

        fs::write(dead.path().join("young"), "").unwrap();
        assert!(
            !is_abandoned(dead.path()).unwrap(),
            "it was touched just now"
        );
    }

    #[test]
    fn a_folder_goes_with_its_owner() {
        let scratch = Scratch::new();
        let path = scratch.path().to_owned();
        fs::write(path.join("file"), "x").unwrap();
        drop(scratch);
        assert!(!path.exists());
    }
}
