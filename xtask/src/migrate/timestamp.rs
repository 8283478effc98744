//! The time in a migration's name, by which migrations are sorted.

use std::time::SystemTime;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use crate::error::Result;
use crate::workspace;

const FORMAT: &str = "%Y%m%d_%H%M%S";

/// The time of the next migration, to the second: now, or after the last one that is there, so that it sorts behind all of
/// them even when two are written within a second or a colleague's clock is ahead.
///
/// # Errors
/// When the migrations cannot be listed.
pub(crate) fn next() -> Result<DateTime<Utc>> {
    let sources = workspace::root().join("migration/src");
    let files = workspace::files()?;
    let names = files
        .iter()
        .filter(|file| file.starts_with(&sources))
        .filter_map(|file| file.file_stem()?.to_str());
    Ok(after(names, SystemTime::now().into()))
}

/// `YYYYMMDD_HHMMSS` in UTC.
pub(crate) fn of(time: DateTime<Utc>) -> String {
    time.format(FORMAT).to_string()
}

fn after<'a>(names: impl Iterator<Item = &'a str>, now: DateTime<Utc>) -> DateTime<Utc> {
    let last = names.filter_map(time_in).max();
    last.map_or(now, |last| now.max(last + TimeDelta::seconds(1)))
}

fn time_in(name: &str) -> Option<DateTime<Utc>> {
    let time = name.strip_prefix('m')?.get(..15)?;
    let time = NaiveDateTime::parse_from_str(time, FORMAT).ok()?;
    Some(time.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> DateTime<Utc> {
        time.parse().unwrap()
    }

    #[test]
    fn the_next_one_is_now() {
        let names = ["mod", "m20261120_190500_create_posts", "lib"];
        let now = at("2026-11-28T07:18:12Z");
        assert_eq!(after(names.into_iter(), now), now);
        assert_eq!(of(now), "20261128_071812");
    }

    #[test]
    fn the_next_one_sorts_behind_all_that_are_there() {
        let names = [
            "m20261128_235959_create_wishes",
            "m20261120_190500_create_posts",
        ];
        for now in ["2026-11-28T23:59:59Z", "2026-11-28T07:18:12Z"] {
            let next = after(names.into_iter(), at(now));
            assert_eq!(of(next), "20261129_000000", "{now}");
        }
    }
}
