//! The crate's settings.

use ashlar_core::settings::{Reader, is_web_address};

/// Where the task tracker is.
#[derive(Clone, Debug, Default)]
pub struct ProjectsSettings {
    /// `TASK_TRACKER_URL`: the tracker's base URL. Without one, tasks have no external detail.
    pub tracker_url: Option<String>,
}

impl ProjectsSettings {
    /// Reads them.
    pub fn read(reader: &mut Reader) -> Self {
        reader.section("Projects");
        Self {
            tracker_url: reader
                .var("TASK_TRACKER_URL", "Base URL of the external task tracker")
                .check(is_web_address)
                .optional(),
        }
    }
}
