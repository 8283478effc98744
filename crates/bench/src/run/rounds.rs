//! Measures one scenario: the servers take turns, so that what disturbs the machine hits all.

use std::time::{Duration, Instant};

use super::Effort;
use super::lineup::{Contender, Lineup};
use crate::database::Database;
use crate::error::BenchError;
use crate::load::{Tally, closed, median, paced};
use crate::procfs;
use crate::scenario::Scenario;

/// Share of the slowest server's closed-loop rate at which all are paced.
const PACE: f64 = 0.5;

/// What `ashlar_core::offload` names its threads, on which passwords are hashed and nothing else is done.
const HASHING: &str = "offload";

/// All servers in one scenario.
pub(crate) struct Comparison {
    /// What was asked.
    pub(crate) scenario: Scenario,
    /// Of each server, Ashlar first.
    pub(crate) series: Vec<Series>,
}

/// One server in one scenario; one drive for every round, in order.
pub(crate) struct Series {
    /// The server.
    pub(crate) name: &'static str,
    /// Saturated.
    pub(crate) closed: Vec<Drive>,
    /// At the same constant rate as all others.
    pub(crate) paced: Vec<Drive>,
}

/// What one drive showed.
#[derive(Clone, Copy)]
pub(crate) struct Drive {
    /// Requests a second: reached in a closed loop, set when paced.
    pub(crate) rate: f64,
    /// Median latency in milliseconds.
    pub(crate) p50: f64,
    /// 99th percentile of the latency in milliseconds.
    pub(crate) p99: f64,
    /// The server's CPU time in microseconds for each request.
    pub(crate) cpu: f64,
    /// That of its threads that hash passwords.
    pub(crate) hashing: f64,
}

impl Comparison {
    /// How many times the work of `name` for one unit of CPU Ashlar does: the median, over the
    /// closed-loop rounds, of the other's CPU per request ÷ Ashlar's. Above 1, Ashlar is cheaper.
    /// None when `name` did not take part.
    pub(crate) fn cpu_ratio(&self, name: &str) -> Option<f64> {
        self.ratio(
            name,
            |series| &series.closed,
            |ashlar, other| other.cpu / ashlar.cpu,
        )
    }

    /// The same at the constant rate.
    pub(crate) fn paced_cpu_ratio(&self, name: &str) -> Option<f64> {
        self.ratio(
            name,
            |series| &series.paced,
            |ashlar, other| other.cpu / ashlar.cpu,
        )
    }

    /// Ashlar's closed-loop rate ÷ the other's, in the same way.
    pub(crate) fn rate_ratio(&self, name: &str) -> Option<f64> {
        self.ratio(
            name,
            |series| &series.closed,
            |ashlar, other| ashlar.rate / other.rate,
        )
    }

    fn ratio(
        &self,
        name: &str,
        drives: fn(&Series) -> &[Drive],
        of: fn(&Drive, &Drive) -> f64,
    ) -> Option<f64> {
        let series = |name: &str| self.series.iter().find(|series| series.name == name);
        let (ashlar, other) = (drives(series("Ashlar")?), drives(series(name)?));
        Some(median(
            ashlar
                .iter()
                .zip(other)
                .map(|(ashlar, other)| of(ashlar, other))
                .collect(),
        ))
    }
}

/// The middle of the drives, each figure for itself.
pub(crate) fn middle(drives: &[Drive]) -> Drive {
    let of = |figure: fn(&Drive) -> f64| median(drives.iter().map(figure).collect());
    Drive {
        rate: of(|d| d.rate),
        p50: of(|d| d.p50),
        p99: of(|d| d.p99),
        cpu: of(|d| d.cpu),
        hashing: of(|d| d.hashing),
    }
}

/// Drives all servers that can do the scenario, first in a closed loop, then at a constant rate.
pub(super) fn measure(
    lineup: &Lineup,
    database: &Database,
    scenario: Scenario,
    effort: &Effort,
) -> Result<Comparison, BenchError> {
    let contenders = lineup.contenders(scenario);
    let mut series: Vec<_> = contenders
        .iter()
        .map(|contender| Series {
            name: contender.server.name,
            closed: vec![],
            paced: vec![],
        })
        .collect();
    for _ in 0..effort.rounds {
        for (contender, series) in contenders.iter().zip(&mut series) {
            let drive = |time| closed::drive(contender.target(scenario), time);
            drive(effort.warm_up)?;
            series
                .closed
                .push(observe(contender, || drive(effort.drive))?);
            clean(database, scenario)?;
        }
    }
    let slowest = series.iter().map(|series| middle(&series.closed).rate);
    let rate = PACE * slowest.fold(f64::INFINITY, f64::min);
    for _ in 0..effort.rounds {
        for (contender, series) in contenders.iter().zip(&mut series) {
            let drive = |time| paced::drive(contender.target(scenario), rate, time);
            drive(effort.warm_up)?;
            let observed = observe(contender, || drive(effort.drive))?;
            series.paced.push(Drive { rate, ..observed });
            clean(database, scenario)?;
        }
    }
    Ok(Comparison { scenario, series })
}

fn observe(
    contender: &Contender,
    drive: impl FnOnce() -> Result<Tally, BenchError>,
) -> Result<Drive, BenchError> {
    let pid = contender.server.pid();
    let cpu_before = procfs::cpu_time(pid)?;
    let hashing_before = procfs::cpu_time_of_threads(pid, HASHING)?;
    let start = Instant::now();
    let tally = drive()?;
    let elapsed = start.elapsed();
    let cpu = procfs::cpu_time(pid)? - cpu_before;
    // Threads without work end.
    let hashing = procfs::cpu_time_of_threads(pid, HASHING)?.saturating_sub(hashing_before);
    let count = tally.count() as f64;
    let micros = |time: Duration| time.as_secs_f64() * 1e6 / count;
    let millis = |latency: Duration| latency.as_secs_f64() * 1e3;
    Ok(Drive {
        rate: count / elapsed.as_secs_f64(),
        p50: millis(tally.quantile(0.5)),
        p99: millis(tally.quantile(0.99)),
        cpu: micros(cpu),
        hashing: micros(hashing),
    })
}

fn clean(database: &Database, scenario: Scenario) -> Result<(), BenchError> {
    if scenario == Scenario::Create {
        database.remove_created()
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(name: &'static str, cpus: [f64; 3]) -> Series {
        let drive = |cpu| Drive {
            rate: 1e6 / cpu,
            p50: 1.0,
            p99: 2.0,
            cpu,
            hashing: 0.0,
        };
        Series {
            name,
            closed: cpus.map(drive).to_vec(),
            paced: vec![],
        }
    }

    #[test]
    fn a_ratio_above_one_says_that_ashlar_is_cheaper() {
        let series = vec![
            series("Ashlar", [10.0, 20.0, 10.0]),
            series("by hand", [15.0, 30.0, 80.0]),
        ];
        let comparison = Comparison {
            scenario: Scenario::GetOne,
            series,
        };
        assert_eq!(comparison.cpu_ratio("by hand"), Some(1.5));
        assert_eq!(comparison.rate_ratio("by hand"), Some(1.5));
        assert_eq!(comparison.cpu_ratio("bare"), None);
    }
}
