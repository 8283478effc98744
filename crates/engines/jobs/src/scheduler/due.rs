//! Which of a schedule's times have come.

use ashlar_core::jobs::CatchUp;
use chrono::{DateTime, TimeDelta, Utc};

use super::Timetable;

/// How late a time may be found and is not missed: the scheduler looks each minute.
const LATE: TimeDelta = TimeDelta::minutes(2);

/// How many times are looked at, the latest: in 45 days there are as many minutes.
const MOST: usize = u16::MAX as usize;

/// What is to be done about the times that have come.
#[derive(Debug, PartialEq)]
pub(super) struct Due {
    /// The times to run for, the oldest first.
    pub(super) runs: Vec<DateTime<Utc>>,
    /// How many were missed; more than 65,535 are not counted.
    pub(super) missed: usize,
    /// The first of all of them.
    pub(super) since: DateTime<Utc>,
}

impl Due {
    /// What has come from `undecided` until `now`, if anything. One run makes up for all the times
    /// that [`CatchUp::Once`] missed; the one that comes right now is that too.
    pub(super) fn of(
        timetable: &Timetable,
        policy: CatchUp,
        undecided: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Option<Self> {
        let since = undecided.filter(|time| *time <= now)?;
        let mut runs: Vec<DateTime<Utc>> = timetable
            .back_from(now)
            .take_while(|time| *time >= since)
            .take(MOST)
            .collect();
        let on_time = runs.partition_point(|time| now - *time <= LATE);
        let missed = runs.len() - on_time;
        let made_up = match policy {
            CatchUp::Skip => 0,
            CatchUp::Once => usize::from(on_time == 0),
            CatchUp::Each(most) => usize::from(most),
        };
        runs.truncate(on_time + made_up);
        runs.reverse();
        Some(Self {
            runs,
            missed,
            since,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-05-01T{text}Z").parse().unwrap()
    }

    /// The hours of an hourly schedule that it runs for, and how many it missed since 08:00.
    fn hours(policy: CatchUp, now: &str) -> Option<(Vec<String>, usize)> {
        let timetable = Timetable::parse("0 * * * *", "UTC").unwrap();
        let due = Due::of(&timetable, policy, Some(at("08:00:00")), at(now))?;
        let runs = due.runs.iter().map(|time| time.format("%H").to_string());
        Some((runs.collect(), due.missed))
    }

    #[test]
    fn what_has_not_come_is_not_due() {
        assert_eq!(hours(CatchUp::Each(9), "07:59:59.999999"), None);
    }

    #[test]
    fn each_policy_makes_up_for_what_was_missed_in_its_way() {
        let expect = |policy, now, runs: &[&str], missed| {
            let runs = runs.iter().map(|run| (*run).to_owned()).collect();
            assert_eq!(hours(policy, now), Some((runs, missed)), "{policy:?} {now}");
        };
        for policy in [CatchUp::Skip, CatchUp::Once, CatchUp::Each(2)] {
            expect(policy, "08:00:00", &["08"], 0);
            expect(policy, "08:02:00", &["08"], 0);
        }
        expect(CatchUp::Skip, "11:30:00", &[], 4);
        expect(CatchUp::Once, "11:30:00", &["11"], 4);
        expect(CatchUp::Each(2), "11:30:00", &["10", "11"], 4);
        expect(CatchUp::Each(9), "11:30:00", &["08", "09", "10", "11"], 4);
        expect(CatchUp::Skip, "11:00:30", &["11"], 3);
        expect(CatchUp::Once, "11:00:30", &["11"], 3);
        expect(CatchUp::Each(1), "11:00:30", &["10", "11"], 3);
    }
}
