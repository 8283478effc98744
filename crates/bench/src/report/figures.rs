//! The figures Ashlar has set itself, and whether this run reaches them.

use super::megabytes;
use super::table::Table;
use crate::run::{Comparison, Drive, Flatness, Results, middle};
use crate::scenario::Scenario;

/// CPU per request of a yardstick ÷ Ashlar's has to be at least this.
const CPU_RATIOS: [(Scenario, &str, f64); 5] = [
    (Scenario::GetOne, "by hand", 1.0),
    (Scenario::GetOne, "limit", 0.7),
    (Scenario::List, "by hand", 0.85),
    (Scenario::Create, "by hand", 0.85),
    (Scenario::Live, "bare", 0.9),
];
/// Share of a login's CPU that is the hash.
const HASH_SHARE: f64 = 0.95;
/// CPU of an authenticated read ÷ that of the same with a check of its token alone.
const AUTHENTICATION_WITHIN: f64 = 1.05;
/// p99 of reads while sign-ins saturate ÷ without them.
const SATURATED_WITHIN: f64 = 2.0;
/// Milliseconds.
const REFRESH_BELOW: f64 = 5.0;
/// Widest relative change of list time over all sizes, and from first to last page.
const FLAT_WITHIN: f64 = 0.15;
/// Milliseconds.
const EXISTING_START_BELOW: f64 = 300.0;
/// Milliseconds.
const FRESH_START_BELOW: f64 = 1000.0;
/// Bytes.
const IDLE_MEMORY_BELOW: u64 = 40_000_000;

/// One row for each figure: what, goal, measured, verdict.
pub(super) fn figures(results: &Results) -> Table {
    let mut table = Table::new(&["figure", "goal", "measured", "verdict"]);
    let startup = &results.startup;
    let on_postgres = results
        .memory
        .first()
        .map_or(u64::MAX, |&(_, idle, _)| idle);
    let ratios = CPU_RATIOS.iter().map(|goal| cpu_ratio(results, goal));
    let others = [
        hash_share(results),
        authentication(results),
        saturation(results),
        refresh(results),
        list_time(&results.flatness),
        start("existing", startup.existing, EXISTING_START_BELOW),
        start("fresh", startup.fresh, FRESH_START_BELOW),
        idle_memory("SQLite", startup.idle_bytes),
        idle_memory("PostgreSQL", on_postgres),
    ];
    for Figure {
        what,
        goal,
        measured,
        holds,
    } in ratios.chain(others)
    {
        table.row([
            what,
            goal,
            measured,
            if holds { "PASS" } else { "FAIL" }.to_owned(),
        ]);
    }
    table
}

struct Figure {
    what: String,
    goal: String,
    measured: String,
    holds: bool,
}

fn cpu_ratio(results: &Results, &(scenario, yardstick, goal): &(Scenario, &str, f64)) -> Figure {
    let comparison = results
        .comparisons
        .iter()
        .find(|one| one.scenario == scenario);
    let ratio = comparison
        .and_then(|one| one.cpu_ratio(yardstick))
        .unwrap_or(0.0);
    Figure {
        what: format!("{}, CPU beside {yardstick}", scenario.name()),
        goal: format!("≥ {goal:.2}"),
        measured: format!("{ratio:.2}"),
        holds: ratio >= goal,
    }
}

/// Ashlar's drives of a scenario, each figure for itself; none when it was not driven.
fn ashlar(results: &Results, scenario: Scenario, paced: bool) -> Option<Drive> {
    let of = |comparison: &&Comparison| comparison.scenario == scenario;
    let series = results.comparisons.iter().find(of)?.series.first()?;
    let drives = if paced { &series.paced } else { &series.closed };
    (!drives.is_empty()).then(|| middle(drives))
}

fn hash_share(results: &Results) -> Figure {
    let login = ashlar(results, Scenario::Login, false);
    let share = login.map_or(0.0, |login| login.hashing / login.cpu);
    Figure {
        what: "login, share of the threads that hash".to_owned(),
        goal: format!("≥ {:.0} %", HASH_SHARE * 100.0),
        measured: format!("{:.1} %", share * 100.0),
        holds: share >= HASH_SHARE,
    }
}

/// What authentication costs is what the live check costs more with a token. In its place the check
/// of a token alone would stand.
fn authentication(results: &Results) -> Figure {
    let cpu = |scenario| ashlar(results, scenario, false).map(|drive| drive.cpu);
    let ratio = || {
        let read = cpu(Scenario::GetOne)?;
        let cost = cpu(Scenario::LiveSignedIn)? - cpu(Scenario::Live)?;
        let check = results.jwt_time.as_secs_f64() * 1e6;
        Some(read / (read - cost + check))
    };
    let ratio = ratio().unwrap_or(f64::INFINITY);
    Figure {
        what: "get one, CPU beside a check of its token alone".to_owned(),
        goal: format!("≤ {AUTHENTICATION_WITHIN:.2}"),
        measured: format!("{ratio:.2}"),
        holds: ratio <= AUTHENTICATION_WITHIN,
    }
}

fn saturation(results: &Results) -> Figure {
    let ratio = results.saturation.ratio;
    Figure {
        what: "get one, p99 while logins saturate".to_owned(),
        goal: format!("≤ {SATURATED_WITHIN:.1} ×"),
        measured: format!("{ratio:.2} ×"),
        holds: ratio <= SATURATED_WITHIN,
    }
}

fn refresh(results: &Results) -> Figure {
    let p50 = ashlar(results, Scenario::Refresh, true).map_or(f64::INFINITY, |drive| drive.p50);
    Figure {
        what: "refresh, p50".to_owned(),
        goal: format!("< {REFRESH_BELOW:.0} ms"),
        measured: format!("{p50:.2} ms"),
        holds: p50 < REFRESH_BELOW,
    }
}

fn list_time(lists: &[Flatness]) -> Figure {
    let (change, place) = widest_change(lists);
    Figure {
        what: "list time by rows".to_owned(),
        goal: format!("within ±{:.0} %", FLAT_WITHIN * 100.0),
        measured: format!("{:+.0} % ({place})", change * 100.0),
        holds: change.abs() <= FLAT_WITHIN,
    }
}

fn start(database: &str, millis: f64, below: f64) -> Figure {
    Figure {
        what: format!("start, {database} database"),
        goal: format!("< {below:.0} ms"),
        measured: format!("{millis:.0} ms"),
        holds: millis < below,
    }
}

fn idle_memory(database: &str, bytes: u64) -> Figure {
    Figure {
        what: format!("idle memory on {database}"),
        goal: format!("< {} MB", megabytes(IDLE_MEMORY_BELOW)),
        measured: format!("{} MB", megabytes(bytes)),
        holds: bytes < IDLE_MEMORY_BELOW,
    }
}

/// The change furthest from zero: of each page against the same page of the smallest list, and of
/// the last page of the largest list against its first.
fn widest_change(lists: &[Flatness]) -> (f64, String) {
    let (Some(smallest), Some(largest)) = (lists.first(), lists.last()) else {
        return (f64::INFINITY, "not measured".to_owned());
    };
    let pages = lists.iter().skip(1).flat_map(|list| {
        let first = list.first.millis() / smallest.first.millis() - 1.0;
        let last = list.last.millis() / smallest.last.millis() - 1.0;
        let rows = list.rows;
        [
            (first, format!("first page of {rows}")),
            (last, format!("last page of {rows}")),
        ]
    });
    let across = largest.last.millis() / largest.first.millis() - 1.0;
    let across = (
        across,
        format!("last page beside first of {}", largest.rows),
    );
    pages.fold(across, |a, b| if b.0.abs() > a.0.abs() { b } else { a })
}

#[cfg(test)]
mod tests;
