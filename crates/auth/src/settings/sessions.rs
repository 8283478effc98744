//! How long sign-ins last.

use std::time::Duration;

use ashlar_core::settings::Reader;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long sign-ins last.
#[derive(Clone, Debug)]
pub struct SessionSettings {
    /// `AUTH_SESSION_EXPIRE_MINUTES`: how long a sign-in lasts, however often it is refreshed.
    /// Default: 30 days.
    pub lifetime: Duration,
    /// `AUTH_SESSION_IDLE_MINUTES`: how long a sign-in lasts that is not refreshed. Default: 14
    /// days.
    pub idle: Duration,
    /// `AUTH_REFRESH_GRACE_SECONDS`: for how long a refresh token that was used gives the same
    /// successor again, to who did not get the answer. Default: 10 s.
    pub grace: Duration,
    /// `AUTH_SESSIONS_MAX`: how many sign-ins of one user last at a time: one more ends the one that
    /// was used longest ago. Default: 100.
    pub max: u64,
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
                .range(MINUTE..=365 * DAY)
                .default(30 * DAY),
            idle: reader
                .minutes(
                    "AUTH_SESSION_IDLE_MINUTES",
                    "Minutes that a sign-in lasts without being refreshed",
                )
                .range(MINUTE..=365 * DAY)
                .default(14 * DAY),
            grace: reader
                .seconds(
                    "AUTH_REFRESH_GRACE_SECONDS",
                    "Seconds in which a used refresh token gives the same successor again",
                )
                .range(Duration::ZERO..=MINUTE)
                .default(Duration::from_secs(10)),
            max: reader
                .var(
                    "AUTH_SESSIONS_MAX",
                    "How many sign-ins of a user last at a time; one more ends the one used longest ago",
                )
                .range(1..=1000)
                .default(100),
            recent: reader
                .minutes(
                    "AUTH_RECENT_MINUTES",
                    "Minutes for which a proof of identity counts as recent",
                )
                .range(Duration::from_secs(1)..=DAY)
                .default(15 * MINUTE),
        }
    }

    /// An access token must not outlive the idle session that it is of.
    pub(super) fn check(&self, access_token_lifetime: Duration, reader: &mut Reader) {
        if self.idle < access_token_lifetime {
            let message = "must be at least ACCESS_TOKEN_EXPIRE_MINUTES";
            reader.problem("AUTH_SESSION_IDLE_MINUTES", message);
        }
    }
}
