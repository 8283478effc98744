//! When a schedule's time comes.

use std::iter;

use chrono::{DateTime, LocalResult, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
};

/// The times that a cron expression names in a time zone.
///
/// When clocks are changed, an expression of every hour goes by the time that really passes, so that
/// it neither pauses nor piles up. One that names hours goes by the wall clock: a time that exists
/// twice counts once, the first time; one that does not exist is the moment at which the clocks were
/// put forward.
#[derive(Clone, Debug)]
pub(crate) struct Timetable {
    cron: Cron,
    zone: Tz,
    every_hour: bool,
}

/// Why there is no timetable.
#[derive(Debug, thiserror::Error)]
pub enum TimetableError {
    /// The expression is none.
    #[error("the cron expression {0:?} is not valid")]
    Cron(String, #[source] croner::errors::CronError),
    /// The IANA database knows no such zone.
    #[error("there is no time zone {0:?}")]
    Zone(String, #[source] chrono_tz::ParseError),
    /// It is the thirtieth of February.
    #[error("the time of the cron expression {0:?} never comes")]
    Never(String),
}

/// More than clocks are ever changed by at once; Samoa once left out a day.
const LONGEST_CHANGE: TimeDelta = TimeDelta::days(1);

impl Timetable {
    /// Reads `cron`, five fields, in the time zone called `zone`.
    pub(crate) fn parse(cron: &str, zone: &str) -> Result<Self, TimetableError> {
        let parser = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build();
        let parsed = parser
            .parse(cron)
            .map_err(|error| TimetableError::Cron(cron.to_owned(), error))?;
        let zone = zone
            .parse()
            .map_err(|error| TimetableError::Zone(zone.to_owned(), error))?;
        let timetable = Self {
            every_hour: parsed.pattern.hours.values().len() == 24,
            cron: parsed,
            zone,
        };
        // The calendar repeats itself after 400 years; the search goes further, and gives up.
        match timetable.next(DateTime::UNIX_EPOCH) {
            Some(_) => Ok(timetable),
            None => Err(TimetableError::Never(cron.to_owned())),
        }
    }

    /// The first time after `after`.
    pub(crate) fn next(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let local = after.with_timezone(&self.zone);
        if self.every_hour {
            let next = self.cron.find_next_occurrence(&local, false).ok()?;
            return Some(next.to_utc());
        }
        let following = |wall: &NaiveDateTime| self.cron.find_next_occurrence(wall, false).ok();
        iter::successors(following(&local.naive_local()), following)
            .map(|wall| self.instant(wall))
            .find(|instant| *instant > after)
    }

    /// The times up to `until`, the latest first.
    pub(crate) fn back_from(&self, until: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        let mut earlier = self.last(until);
        iter::from_fn(move || {
            let time = earlier?;
            earlier = self.last(time - TimeDelta::seconds(1));
            Some(time)
        })
    }

    /// The last time up to `until`.
    fn last(&self, until: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let local = until.with_timezone(&self.zone);
        if self.every_hour {
            let last = self.cron.find_previous_occurrence(&local, true).ok()?;
            return Some(last.to_utc());
        }
        let preceding = |wall: &NaiveDateTime| self.cron.find_previous_occurrence(wall, false).ok();
        // In an hour that exists twice the wall clock has been further already.
        let behind = (until - LONGEST_CHANGE).with_timezone(&self.zone);
        let furthest = local
            .naive_local()
            .max(behind.naive_local() + LONGEST_CHANGE)
            + TimeDelta::seconds(1);
        iter::successors(preceding(&furthest), preceding)
            .map(|wall| self.instant(wall))
            .find(|instant| *instant <= until)
    }

    /// When the wall clock shows `wall` for the first time, or is put forward past it.
    fn instant(&self, wall: NaiveDateTime) -> DateTime<Utc> {
        match self.zone.from_local_datetime(&wall) {
            LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => instant.to_utc(),
            LocalResult::None => self.end_of_gap(wall),
        }
    }

    /// The moment at which the wall clock was put forward past `wall`: by halving the day around it,
    /// on whose two ends the clock shows something before and after.
    fn end_of_gap(&self, wall: NaiveDateTime) -> DateTime<Utc> {
        let shows = |instant: DateTime<Utc>| instant.with_timezone(&self.zone).naive_local();
        let mut before = wall.and_utc() - LONGEST_CHANGE;
        let mut after = wall.and_utc() + LONGEST_CHANGE;
        while after - before > TimeDelta::seconds(1) {
            let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
            if shows(middle) > wall {
                after = middle;
            } else {
                before = middle;
            }
        }
        after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    /// The first times after `from`, as local wall clock with offset.
    fn times(cron: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
        let timetable = Timetable::parse(cron, zone).unwrap();
        let told = |time: DateTime<Utc>| {
            time.with_timezone(&timetable.zone)
                .format("%d %H:%M%:z")
                .to_string()
        };
        let forward: Vec<_> =
            iter::successors(timetable.next(at(from)), |time| timetable.next(*time))
                .take(count)
                .collect();
        // The way back is the same way, from any moment on it.
        let until = *forward.last().unwrap() + TimeDelta::microseconds(999_999);
        let mut back: Vec<_> = timetable.back_from(until).take(count).collect();
        back.reverse();
        assert_eq!(forward, back);
        assert!(timetable.back_from(at(from)).next().unwrap() <= at(from));
        forward.into_iter().map(told).collect()
    }

    #[test]
    fn a_time_that_does_not_exist_is_the_moment_after_it() {
        // In 2026 Berlin's clocks go from 02:00 to 03:00 on the 29th of March.
        assert_eq!(
            times("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00:00Z", 3),
            ["28 02:30+01:00", "29 03:00+02:00", "30 02:30+02:00"]
        );
        assert_eq!(
            times(
                "*/20 2,14 * * *",
                "Europe/Berlin",
                "2026-03-28T20:00:00Z",
                3
            ),
            ["29 03:00+02:00", "29 14:00+02:00", "29 14:20+02:00"]
        );
        assert_eq!(
            times("30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", 3),
            ["29 01:30+01:00", "29 03:30+02:00", "29 04:30+02:00"]
        );
    }

    #[test]
    fn a_time_that_exists_twice_counts_once() {
        // And from 03:00 back to 02:00 on the 25th of October.
        assert_eq!(
            times("30 2 * * *", "Europe/Berlin", "2026-10-23T12:00:00Z", 3),
            ["24 02:30+02:00", "25 02:30+02:00", "26 02:30+01:00"]
        );
        assert_eq!(
            times("30 2,3 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 3),
            ["25 02:30+02:00", "25 03:30+01:00", "26 02:30+01:00"]
        );
        // From within the second of the two hours.
        assert_eq!(
            times("30 2 * * *", "Europe/Berlin", "2026-10-25T01:15:00Z", 1),
            ["26 02:30+01:00"]
        );
    }

    #[test]
    fn what_comes_every_hour_comes_in_both() {
        assert_eq!(
            times("30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", 3),
            ["25 02:30+02:00", "25 02:30+01:00", "25 03:30+01:00"]
        );
    }

    #[test]
    fn clocks_change_elsewhere_by_half_an_hour_or_by_a_day() {
        assert_eq!(
            times(
                "15 2 * * *",
                "Australia/Lord_Howe",
                "2026-10-03T00:00:00Z",
                2
            ),
            ["04 02:30+11:00", "05 02:15+11:00"]
        );
        // Samoa had no 30th of December 2011.
        assert_eq!(
            times("0 9 * * *", "Pacific/Apia", "2011-12-29T00:00:00Z", 3),
            ["29 09:00-10:00", "31 00:00+14:00", "31 09:00+14:00"]
        );
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for cron in ["", "* * * *", "* * * * * *", "61 * * * *", "a b c d e"] {
            let refused = Timetable::parse(cron, "UTC");
            assert!(matches!(refused, Err(TimetableError::Cron(..))), "{cron}");
        }
        let nowhere = Timetable::parse("* * * * *", "Europe/Atlantis");
        assert!(matches!(nowhere, Err(TimetableError::Zone(..))));
        let never = Timetable::parse("0 0 30 2 *", "UTC");
        assert!(matches!(never, Err(TimetableError::Never(_))));
        assert!(Timetable::parse("0 0 29 2 *", "UTC").is_ok());
    }
}
