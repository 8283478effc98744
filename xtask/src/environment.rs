//! Variables as the application sees them: the environment first, then `.env`.

use crate::error::{Error, Result};
use crate::workspace;

/// The database that is used when nothing else is said, as in the application.
pub(crate) const DEFAULT_DATABASE_URL: &str = "sqlite://ashlar.db?mode=rwc";

/// A variable from the environment, else from `.env` at the workspace root. Empty means unset.
///
/// # Errors
/// When `.env` exists but cannot be read or parsed.
pub(crate) fn var(name: &str) -> Result<Option<String>> {
    if let Some(value) = process_var(name) {
        return Ok(Some(value));
    }
    let path = workspace::root().join(".env");
    if !path.exists() {
        return Ok(None);
    }
    let unreadable = |error: dotenvy::Error| Error::said(format!("`.env` cannot be read: {error}"));
    let mut found = None;
    for pair in dotenvy::from_path_iter(&path).map_err(unreadable)? {
        let (key, value) = pair.map_err(unreadable)?;
        if key == name && !value.is_empty() {
            found = Some(value);
        }
    }
    Ok(found)
}

/// A variable from the environment alone. Empty means unset.
pub(crate) fn process_var(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether this is a run of continuous integration, where nothing may be skipped in silence.
pub(crate) fn is_ci() -> bool {
    process_var("CI").is_some_and(|value| value != "false" && value != "0")
}
