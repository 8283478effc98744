//! Where the data of a service lies: in memory when there is room, since nobody keeps it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use super::state;
use crate::error::{Error, Result};
use crate::process;

/// What the test suite's databases and topics may need.
const ROOM_KIB: u64 = 2 * 1024 * 1024;

/// How the folders are called, and what must be in a name before it is removed.
const PREFIX: &str = "ashlar-";

/// A new, empty folder; as root, it is given to `user`, should the server run as one.
pub(super) fn create(name: &str, user: Option<&str>) -> Result<PathBuf> {
    let user = user.filter(|_| process::is_root());
    let data = parent(user)?.join(unique(name));
    fs::create_dir_all(&data).map_err(Error::file("create", &data))?;
    if let Some(user) = user {
        process::run(Command::new("chown").arg(user).arg(&data))?;
    }
    Ok(data)
}

/// Removes a folder that [`create`] made.
pub(super) fn remove(data: &Path) -> Result<()> {
    let name = data.file_name().unwrap_or_default().to_string_lossy();
    if !name.starts_with(PREFIX) {
        return Err(Error::said(format!(
            "{} is not a data folder of ours: not removed",
            data.display()
        )));
    }
    match fs::remove_dir_all(data) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::file("remove", data)(error))
        }
        _ => Ok(()),
    }
}

fn parent(user: Option<&str>) -> Result<PathBuf> {
    let memory = Path::new("/dev/shm");
    if free_kib(memory).is_some_and(|kib| kib >= ROOM_KIB) {
        return Ok(memory.to_path_buf());
    }
    let folder = state::folder();
    fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
    // A private home folder keeps another user out.
    if user
        .is_none_or(|user| process::succeeds(process::as_user(user, "test").arg("-x").arg(&folder)))
    {
        return Ok(folder);
    }
    Ok(std::env::temp_dir())
}

fn free_kib(folder: &Path) -> Option<u64> {
    let output = process::quiet(Command::new("df").arg("-Pk").arg(folder))?;
    available(&String::from_utf8_lossy(&output.stdout))
}

/// The fourth column of the second line of `df -Pk` (POSIX: Available).
fn available(df: &str) -> Option<u64> {
    df.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

/// Unique for one machine: two checkouts may run at once.
fn unique(name: &str) -> String {
    let nanos = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_nanos());
    format!("{PREFIX}{name}-{}-{nanos}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn df_tells_the_room() {
        let df = "Filesystem 1024-blocks Used Available Capacity Mounted on\ntmpfs 65536 0 65520 0% /dev/shm\n";
        assert_eq!(available(df), Some(65520));
        assert_eq!(available("df: no such folder"), None);
    }

    #[test]
    fn only_own_folders_are_removed() {
        let foreign = std::env::temp_dir().join(format!("foreign-{}", std::process::id()));
        fs::create_dir_all(&foreign).expect("makes a folder");
        assert!(remove(&foreign).is_err());
        assert!(foreign.exists());
        fs::remove_dir(&foreign).expect("cleans up");
    }
}
