//! What reads wait while sign-ins take all the processors that they may.

use std::thread;
use std::time::{Duration, Instant};

use super::Effort;
use super::lineup::{Lineup, register};
use crate::error::BenchError;
use crate::load::{Tally, Target, closed, median, paced};
use crate::scenario::{Scenario, Subject};

/// Reads a second: what two cores answer without effort, so that what they wait for is the sign-ins.
const RATE: f64 = 200.0;

/// Accounts that sign in, each over as many connections as [`Scenario::Login`] has: several sign-ins
/// wait for every core, and of no account so many at once that it would be throttled.
const ACCOUNTS: usize = 4;

/// How much longer than the reads the sign-ins go on, before and after.
const MARGIN: Duration = Duration::from_millis(500);

/// Reads without and with sign-ins beside them.
pub(crate) struct Saturation {
    /// Without.
    pub(crate) quiet: Reads,
    /// With.
    pub(crate) busy: Reads,
    /// Sign-ins a second beside them.
    pub(crate) login_rate: f64,
    /// How many times the p99 without them that with them is: the median of the rounds.
    pub(crate) ratio: f64,
}

/// Reads at a constant rate.
#[derive(Clone, Copy)]
pub(crate) struct Reads {
    /// A second.
    pub(crate) rate: f64,
    /// Milliseconds.
    pub(crate) p50: f64,
    /// Milliseconds.
    pub(crate) p99: f64,
}

/// Reads alone and beside sign-ins, in turns.
pub(super) fn measure(lineup: &Lineup, effort: &Effort) -> Result<Saturation, BenchError> {
    let server = &lineup.ashlar.server;
    let accounts = (0..ACCOUNTS)
        .map(|number| register(server, &format!("saturating-{number}@example.com")))
        .collect::<Result<Vec<Subject>, _>>()?;
    let read = || {
        let tally = paced::drive(lineup.ashlar.target(Scenario::GetOne), RATE, effort.drive)?;
        Ok::<_, BenchError>(Reads::of(&tally))
    };
    let (mut quiet, mut busy, mut rates) = (vec![], vec![], vec![]);
    for _ in 0..effort.rounds {
        quiet.push(read()?);
        let (reads, logins) = beside_logins(lineup, &accounts, effort.drive + 2 * MARGIN, read)?;
        busy.push(reads);
        rates.push(logins);
    }
    let ratios = quiet
        .iter()
        .zip(&busy)
        .map(|(quiet, busy)| busy.p99 / quiet.p99);
    Ok(Saturation {
        ratio: median(ratios.collect()),
        quiet: middle(&quiet),
        busy: middle(&busy),
        login_rate: median(rates),
    })
}

/// Reads while all `accounts` sign in, and the sign-ins a second.
fn beside_logins(
    lineup: &Lineup,
    accounts: &[Subject],
    duration: Duration,
    read: impl Fn() -> Result<Reads, BenchError>,
) -> Result<(Reads, f64), BenchError> {
    let start = Instant::now();
    let (reads, tallies) = thread::scope(|scope| {
        let drives: Vec<_> = accounts
            .iter()
            .map(|subject| {
                let target = Target {
                    subject,
                    ..lineup.ashlar.target(Scenario::Login)
                };
                scope.spawn(move || closed::drive(target, duration))
            })
            .collect();
        thread::sleep(MARGIN);
        let reads = read();
        let panicked = |_| Err(BenchError::Failed("a load generator panicked".into()));
        let tallies = drives
            .into_iter()
            .map(|drive| drive.join().unwrap_or_else(panicked))
            .collect::<Result<Vec<Tally>, _>>();
        (reads, tallies)
    });
    let logins: usize = tallies?.iter().map(Tally::count).sum();
    Ok((reads?, logins as f64 / start.elapsed().as_secs_f64()))
}

/// Each figure for itself.
fn middle(reads: &[Reads]) -> Reads {
    let of = |figure: fn(&Reads) -> f64| median(reads.iter().map(figure).collect());
    Reads {
        rate: of(|reads| reads.rate),
        p50: of(|reads| reads.p50),
        p99: of(|reads| reads.p99),
    }
}

impl Reads {
    fn of(tally: &Tally) -> Self {
        let millis = |latency: Duration| latency.as_secs_f64() * 1e3;
        Self {
            rate: RATE,
            p50: millis(tally.quantile(0.5)),
            p99: millis(tally.quantile(0.99)),
        }
    }
}

#[cfg(test)]
impl Saturation {
    /// With these p99 in milliseconds.
    pub(crate) fn of(quiet: f64, busy: f64) -> Self {
        let reads = |p99| Reads {
            rate: RATE,
            p50: 1.0,
            p99,
        };
        Self {
            quiet: reads(quiet),
            busy: reads(busy),
            login_rate: 1.0,
            ratio: busy / quiet,
        }
    }
}
