//! Constant rate: requests start on a fixed schedule, whatever became of those before.
//!
//! A thread each connection: a sleeping thread wakes within some 60 µs of its time, where an async
//! timer rounds to whole milliseconds.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use super::{Client, Tally, Target};
use crate::error::BenchError;
use crate::scenario::Script;

/// Lets all threads connect before the first request is due.
const LEAD: Duration = Duration::from_millis(50);

/// Sends `rate` requests a second for `duration`, spread evenly over the connections.
///
/// A connection that is late sends at once, and its latency counts from when it should have sent.
///
/// # Errors
/// When a connection breaks, a server hangs, or any answer is not the expected one.
pub(crate) fn drive(
    target: Target<'_>,
    rate: f64,
    duration: Duration,
) -> Result<Tally, BenchError> {
    let driving = || format!("driving {} of {}", target.scenario.name(), target.name);
    let start = Instant::now() + LEAD;
    let connections = target.scenario.connections();
    let tally = thread::scope(|scope| {
        let threads: Vec<_> = (0..connections)
            .map(|number| {
                let schedule = Schedule {
                    start,
                    rate,
                    duration,
                    connections,
                    number,
                };
                scope.spawn(move || one_connection(target, &schedule))
            })
            .collect();
        let mut tally = Tally::default();
        for thread in threads {
            let panicked = |_| Err(io::Error::other("a thread of the load generator panicked"));
            tally.merge(thread.join().unwrap_or_else(panicked)?);
        }
        Ok(tally)
    });
    tally.map_err(BenchError::io(driving()))?.finish(target)
}

fn one_connection(target: Target<'_>, schedule: &Schedule) -> io::Result<Tally> {
    let mut client = Client::connect(target.address)?;
    let mut script = Script::new(target.scenario, target.subject, schedule.number);
    let mut tally = Tally::default();
    for intended in schedule.starts() {
        thread::sleep(intended.saturating_duration_since(Instant::now()));
        let answer = client.exchange(script.next_request())?;
        if script.accepts(answer) {
            tally.expected(intended.elapsed());
        } else {
            tally.unexpected(answer);
        }
    }
    Ok(tally)
}

/// When one of the connections has to send.
struct Schedule {
    start: Instant,
    rate: f64,
    duration: Duration,
    connections: usize,
    number: usize,
}

impl Schedule {
    /// The connections take turns: the k-th request of all is due `k / rate` after the start.
    fn starts(&self) -> impl Iterator<Item = Instant> {
        (self.number..)
            .step_by(self.connections)
            .map(|k| Duration::from_secs_f64(k as f64 / self.rate))
            .take_while(|offset| *offset < self.duration)
            .map(|offset| self.start + offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_connections_together_send_at_the_rate_and_evenly() {
        let start = Instant::now();
        let mut starts: Vec<_> = (0..4)
            .flat_map(|number| {
                let duration = Duration::from_secs(2);
                let schedule = Schedule {
                    start,
                    rate: 100.0,
                    duration,
                    connections: 4,
                    number,
                };
                schedule.starts().collect::<Vec<_>>()
            })
            .collect();
        starts.sort_unstable();
        assert_eq!(starts.len(), 200);
        for pair in starts.windows(2) {
            let gap = pair[1] - pair[0];
            assert!(
                gap.abs_diff(Duration::from_millis(10)) < Duration::from_micros(1),
                "{gap:?}"
            );
        }
    }
}
