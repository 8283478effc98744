//! Which partitions could not be drained, and when to try again: the broker is away, or refuses
//! what is in one of them, which is no reason to leave the others.

use std::{collections::HashMap, error::Error, time::Duration};

use ashlar_core::retry::Retry;
use tokio::time::Instant;

use super::Interrupted;

/// How long a partition rests: from a second to half a minute.
const REST: Retry = Retry {
    attempts: u16::MAX,
    first: Duration::from_secs(1),
    longest: Duration::from_secs(30),
};

/// The partitions that rest.
#[derive(Default)]
pub(super) struct Refusals(HashMap<i16, Refused>);

struct Refused {
    times: u16,
    until: Instant,
}

impl Refusals {
    /// Notes how draining `partition` ended.
    pub(super) fn note(&mut self, partition: i16, outcome: Result<usize, Interrupted>) {
        let Err(error) = outcome else {
            self.0.remove(&partition);
            return;
        };
        log(Some(partition), &error);
        let now = Instant::now();
        let refused = self.0.entry(partition).or_insert(Refused {
            times: 0,
            until: now,
        });
        refused.times = refused.times.saturating_add(1);
        refused.until = now + REST.wait(refused.times);
    }

    /// The partitions that are not to be drained yet.
    pub(super) fn resting(&self) -> Vec<i16> {
        let now = Instant::now();
        let resting = self.0.iter().filter(|(_, refused)| refused.until > now);
        resting.map(|(partition, _)| *partition).collect()
    }

    /// How long to wait for the next look: `poll`, or until one has rested.
    pub(super) fn wait(&self, poll: Duration) -> Duration {
        let now = Instant::now();
        let waits = self.0.values().map(|refused| refused.until - now);
        waits
            .filter(|wait| !wait.is_zero())
            .fold(poll, Duration::min)
    }
}

/// Tells that events wait longer than they should.
pub(super) fn log(partition: Option<i16>, error: &Interrupted) {
    let error = error as &(dyn Error + 'static);
    tracing::warn!(partition, error, "relay_interrupted");
}
