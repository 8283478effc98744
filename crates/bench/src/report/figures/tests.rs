//! On which side of its goal a figure passes.

use super::*;
use std::time::Duration;

use crate::run::{Page, Saturation, Series, Startup};

fn series(name: &'static str, cpu: f64) -> Series {
    Series {
        name,
        closed: vec![Drive {
            rate: 1.0,
            p50: 1.0,
            p99: 1.0,
            cpu,
            hashing: 0.0,
        }],
        paced: vec![],
    }
}

fn results(existing: f64, get_one_cpu: f64) -> Results {
    let series = vec![series("Ashlar", get_one_cpu), series("by hand", 10.0)];
    Results {
        comparisons: vec![Comparison {
            scenario: Scenario::GetOne,
            series,
        }],
        memory: vec![("Ashlar", 39_000_000, 50_000_000)],
        hash_time: None,
        jwt_time: Duration::from_micros(2),
        saturation: Saturation::of(1.0, 2.0),
        flatness: vec![],
        startup: Startup {
            fresh: 999.0,
            existing,
            idle_bytes: 41_000_000,
        },
    }
}

fn verdict(results: &Results, figure: &str) -> bool {
    let table = figures(results).to_string();
    let line = table.lines().find(|line| line.contains(figure)).unwrap();
    assert_ne!(line.contains("PASS"), line.contains("FAIL"), "{line}");
    line.contains("PASS")
}

#[test]
fn a_figure_passes_on_its_side_of_the_goal_only() {
    assert!(verdict(&results(299.0, 10.0), "existing database"));
    assert!(!verdict(&results(300.0, 10.0), "existing database"));
    assert!(verdict(&results(1.0, 10.0), "get one, CPU beside by hand"));
    assert!(!verdict(&results(1.0, 10.1), "get one, CPU beside by hand"));
    assert!(!verdict(&results(1.0, 1.0), "idle memory on SQLite"));
    assert!(verdict(&results(1.0, 1.0), "idle memory on PostgreSQL"));
}

#[test]
fn sign_ins_have_figures_of_their_own() {
    let ashlar = |scenario, cpu| Comparison {
        scenario,
        series: vec![series("Ashlar", cpu)],
    };
    let with = |live, hashing| {
        let mut login = ashlar(Scenario::Login, 1000.0);
        login.series[0].closed[0].hashing = hashing;
        Results {
            comparisons: vec![
                ashlar(Scenario::GetOne, 50.0),
                ashlar(Scenario::Live, 10.0),
                ashlar(Scenario::LiveSignedIn, live),
                login,
            ],
            ..results(1.0, 1.0)
        }
    };
    assert!(verdict(&with(12.0, 950.0), "threads that hash"));
    assert!(!verdict(&with(12.0, 949.0), "threads that hash"));
    assert!(verdict(&with(14.0, 1.0), "check of its token"));
    assert!(!verdict(&with(15.0, 1.0), "check of its token"));
    assert!(verdict(&results(1.0, 1.0), "while logins saturate"));
    let slow = Results {
        saturation: Saturation::of(1.0, 2.1),
        ..results(1.0, 1.0)
    };
    assert!(!verdict(&slow, "while logins saturate"));
}

#[test]
fn what_was_not_measured_does_not_pass() {
    let results = results(1.0, 1.0);
    assert!(!verdict(&results, "threads that hash"));
    assert!(!verdict(&results, "check of its token"));
    assert!(!verdict(&results, "refresh, p50"));
    assert!(!verdict(&results, "get one, CPU beside limit"));
    assert!(!verdict(&results, "list time by rows"));
}

#[test]
fn the_widest_change_may_be_in_the_middle_and_on_either_page() {
    let list = |rows, first, last| Flatness {
        rows,
        first: Page::of(first),
        last: Page::of(last),
    };
    let lists = [list(1, 1.0, 1.0), list(2, 1.0, 1.5), list(3, 1.1, 1.1)];
    let (change, place) = widest_change(&lists);
    assert!((change - 0.5).abs() < 1e-9);
    assert_eq!(place, "last page of 2");
}
