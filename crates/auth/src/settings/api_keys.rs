//! How long API keys live.

use ashlar_core::settings::Reader;
use chrono::TimeDelta;

/// The longest that a key with an end may live, in days: a year, whichever it is.
const LONGEST: u32 = 366;

/// How long a key lives for which nobody said so, in days.
const DEFAULT: u32 = 90;

/// How long API keys live.
#[derive(Clone, Debug)]
pub struct ApiKeySettings {
    /// `AUTH_API_KEY_MAX_DAYS`: the longest that a key may live, in days. Default: 366.
    pub longest: TimeDelta,
    /// `AUTH_API_KEY_ALLOW_PERMANENT`: whether a key may live for ever. Default: no.
    pub allow_permanent: bool,
}

impl ApiKeySettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let days = reader
            .var(
                "AUTH_API_KEY_MAX_DAYS",
                "Days that an API key may live at most",
            )
            .range(1..=LONGEST)
            .default(LONGEST);
        Self {
            longest: TimeDelta::days(days.into()),
            allow_permanent: reader
                .var(
                    "AUTH_API_KEY_ALLOW_PERMANENT",
                    "Whether an API key may live for ever",
                )
                .default(false),
        }
    }

    /// How long a key lives for which nobody said so: 90 days, or the longest if that is less.
    pub fn default_lifetime(&self) -> TimeDelta {
        TimeDelta::days(DEFAULT.into()).min(self.longest)
    }
}
