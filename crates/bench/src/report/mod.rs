//! Tables that read well in a terminal and are Markdown at once.

mod figures;
mod section;
mod setting;
mod table;

use std::fmt::Write;

pub(crate) use section::write_section;
pub(crate) use setting::Setting;

use crate::run::{Comparison, Results, Saturation, Series, middle};
use crate::scenario::Scenario;
use figures::figures;
use table::Table;

/// The whole report.
pub(crate) fn render(setting: &Setting, results: &Results) -> String {
    let mut text = setting.to_string();
    let parts = [
        ("Figures to reach", figures(results)),
        ("Load", load(&results.comparisons)),
        ("Ashlar beside the yardsticks", ratios(&results.comparisons)),
        ("Reads while sign-ins saturate", saturation(results)),
        ("Memory", memory(results)),
        ("List time by rows", flatness(results)),
        ("Start-up on SQLite", startup(results)),
    ];
    for (title, table) in parts {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n### {title}\n\n{table}");
        if title == "Load" {
            let _ = write!(text, "\n{}\n", hash_share(results));
        }
    }
    text
}

fn load(comparisons: &[Comparison]) -> Table {
    let mut table = Table::new(&[
        "scenario",
        "server",
        "req/s",
        "p50 ms",
        "p99 ms",
        "CPU µs/req",
        "at req/s",
        "p50 ms",
        "p99 ms",
        "CPU µs/req",
    ]);
    for comparison in comparisons {
        for Series {
            name,
            closed,
            paced,
        } in &comparison.series
        {
            let (closed, paced) = (middle(closed), middle(paced));
            table.row([
                comparison.scenario.name().to_owned(),
                (*name).to_owned(),
                format!("{:.0}", closed.rate),
                format!("{:.2}", closed.p50),
                format!("{:.2}", closed.p99),
                format!("{:.1}", closed.cpu),
                format!("{:.0}", paced.rate),
                format!("{:.2}", paced.p50),
                format!("{:.2}", paced.p99),
                format!("{:.1}", paced.cpu),
            ]);
        }
    }
    table
}

fn ratios(comparisons: &[Comparison]) -> Table {
    let mut table = Table::new(&[
        "scenario",
        "beside",
        "CPU, saturated",
        "CPU, paced",
        "req/s, saturated",
    ]);
    for comparison in comparisons {
        for series in comparison.series.iter().skip(1) {
            let ratio = |value: Option<f64>| value.map_or("–".into(), |v| format!("{v:.2}"));
            table.row([
                comparison.scenario.name().to_owned(),
                series.name.to_owned(),
                ratio(comparison.cpu_ratio(series.name)),
                ratio(comparison.paced_cpu_ratio(series.name)),
                ratio(comparison.rate_ratio(series.name)),
            ]);
        }
    }
    table
}

fn hash_share(results: &Results) -> String {
    let login = results
        .comparisons
        .iter()
        .find(|one| one.scenario == Scenario::Login);
    let login = login
        .and_then(|one| one.series.first())
        .map(|series| middle(&series.closed));
    let (Some(hash), Some(login)) = (results.hash_time, login) else {
        return "Login: no argon2 hash was found to compare with.".to_owned();
    };
    format!(
        "Login: of its {:.1} ms of CPU, saturated, the threads that hash have {:.1}. Computing the stored hash alone, while as \
         many go on at once, takes {:.1} ms.",
        login.cpu / 1e3,
        login.hashing / 1e3,
        hash.as_secs_f64() * 1e3,
    )
}

fn saturation(results: &Results) -> Table {
    let mut table = Table::new(&["reads", "sign-ins/s", "at req/s", "p50 ms", "p99 ms"]);
    let Saturation {
        quiet,
        busy,
        login_rate,
        ..
    } = &results.saturation;
    for (name, logins, reads) in [("alone", 0.0, quiet), ("beside", *login_rate, busy)] {
        table.row([
            name.to_owned(),
            format!("{logins:.0}"),
            format!("{:.0}", reads.rate),
            format!("{:.2}", reads.p50),
            format!("{:.2}", reads.p99),
        ]);
    }
    table
}

fn memory(results: &Results) -> Table {
    let mut table = Table::new(&["server", "idle MB", "after load MB"]);
    for &(name, idle, loaded) in &results.memory {
        table.row([name.to_owned(), megabytes(idle), megabytes(loaded)]);
    }
    table
}

fn flatness(results: &Results) -> Table {
    let mut table = Table::new(&["rows", "first page ms", "last page ms", "last ÷ first"]);
    for list in &results.flatness {
        let (first, last) = (list.first.millis(), list.last.millis());
        table.row([
            list.rows.to_string(),
            format!("{first:.3}"),
            format!("{last:.3}"),
            format!("{:.2}", last / first),
        ]);
    }
    table
}

fn startup(results: &Results) -> Table {
    let startup = &results.startup;
    let mut table = Table::new(&["database", "first 200 after ms", "idle MB"]);
    table.row([
        "existing".into(),
        format!("{:.0}", startup.existing),
        megabytes(startup.idle_bytes),
    ]);
    table.row([
        "fresh".into(),
        format!("{:.0}", startup.fresh),
        String::new(),
    ]);
    table
}

/// Decimal megabytes.
fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}
