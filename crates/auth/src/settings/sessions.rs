//! How long sign-ins last.

use std::time::Duration;

use ashlar_core::settings::Reader;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long sign-ins last.
#[derive(Clone, Debug)]
pub struct SessionSettings {
    /// `AUTH_SESSION_EXPIRE_MINUTES`: how long a sign-in lasts, however often it is refreshed.
    /// Default: 30 days.
    pub lifetime: Duration,
    /// `AUTH_RECENT_MINUTES`: for how long a proof of identity counts as recent. Default: 15
    /// minutes.
    pub recent: Duration,
}

impl SessionSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            lifetime: reader
                .minutes(
                    "AUTH_SESSION_EXPIRE_MINUTES",
                    "Minutes that a sign-in lasts, however often it is refreshed",
                )
                .range(Duration::from_secs(60)..=365 * DAY)
                .default(30 * DAY),
            recent: reader
                .minutes(
                    "AUTH_RECENT_MINUTES",
                    "Minutes for which a proof of identity counts as recent",
                )
                .range(Duration::from_secs(1)..=DAY)
                .default(Duration::from_secs(15 * 60)),
        }
    }
}
