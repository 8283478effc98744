//! The circuit breaker: an upstream that fails again and again is left alone for a while, so that our
//! requests fail at once instead of waiting for it, and it has peace to recover.
//!
//! It opens on failures *in a row*, not on a rate: that needs no window and no minimum of traffic, is
//! right after five calls a day as after five a millisecond, and an upstream that answers every
//! other attempt is one that retries can work with. Time is passed in, so that tests turn it.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::client::BreakerSettings;

/// How long callers are told to wait while somebody else's probe is under way.
const PROBE_WAIT: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Breaker {
    settings: BreakerSettings,
    circuit: Mutex<Circuit>,
}

#[derive(Debug)]
struct Circuit {
    state: State,
    /// Counts the changes of state: what an attempt reports counts only in the state it began in.
    generation: u64,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant },
    Probing,
}

/// Leave to make one attempt; its outcome is to be reported. Dropped without a report (the caller
/// went away), it says nothing about the upstream, and the next caller may probe.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    breaker: &'a Breaker,
    generation: u64,
    admitted: Instant,
}

impl Breaker {
    pub(super) fn new(settings: BreakerSettings) -> Self {
        let circuit = Circuit {
            state: State::Closed { failures: 0 },
            generation: 0,
        };
        Self {
            settings,
            circuit: Mutex::new(circuit),
        }
    }

    /// Leave for an attempt at `now`, or how long to wait for it.
    pub(super) fn admit(&self, now: Instant) -> Result<Permit<'_>, Duration> {
        let mut circuit = self.lock();
        let wait = circuit.wait(now);
        if !wait.is_zero() {
            return Err(wait);
        }
        if let State::Open { .. } = circuit.state {
            circuit.enter(State::Probing);
        }
        Ok(Permit {
            breaker: self,
            generation: circuit.generation,
            admitted: now,
        })
    }

    /// How long from `now` it lets nobody through.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        self.lock().wait(now)
    }

    fn lock(&self) -> MutexGuard<'_, Circuit> {
        // Every change is one assignment: a thread that panicked left nothing half done.
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Circuit {
    fn wait(&self, now: Instant) -> Duration {
        match self.state {
            State::Closed { .. } => Duration::ZERO,
            State::Open { until } => until.saturating_duration_since(now),
            State::Probing => PROBE_WAIT,
        }
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.generation += 1;
    }
}

impl Permit<'_> {
    /// The upstream answered; true if that closed the circuit.
    pub(super) fn succeeded(self) -> bool {
        let mut circuit = self.breaker.lock();
        if circuit.generation != self.generation {
            return false;
        }
        match &mut circuit.state {
            State::Closed { failures } => {
                *failures = 0;
                false
            }
            State::Open { .. } => false,
            State::Probing => {
                circuit.enter(State::Closed { failures: 0 });
                true
            }
        }
    }

    /// The attempt failed by `now`; true if that opened the circuit.
    pub(super) fn failed(self, now: Instant) -> bool {
        let BreakerSettings {
            failures: threshold,
            open_for,
        } = self.breaker.settings;
        let mut circuit = self.breaker.lock();
        if circuit.generation != self.generation {
            return false;
        }
        let opens = match &mut circuit.state {
            State::Closed { failures } => {
                *failures = failures.saturating_add(1);
                *failures == threshold
            }
            State::Open { .. } => false,
            State::Probing => true,
        };
        if opens {
            circuit.enter(State::Open {
                until: now + open_for,
            });
        }
        opens
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        // After a report the generation of a probe is past, so this concerns abandoned probes only.
        let mut circuit = self.breaker.lock();
        if circuit.generation == self.generation && matches!(circuit.state, State::Probing) {
            circuit.enter(State::Open {
                until: self.admitted,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN_FOR: Duration = Duration::from_secs(30);

    fn breaker(failures: u32) -> (Breaker, Instant) {
        (
            Breaker::new(BreakerSettings {
                failures,
                open_for: OPEN_FOR,
            }),
            Instant::now(),
        )
    }

    fn opened() -> (Breaker, Instant) {
        let (breaker, now) = breaker(1);
        assert!(breaker.admit(now).unwrap().failed(now));
        (breaker, now)
    }

    #[test]
    fn opens_after_failures_in_a_row_only() {
        let (breaker, now) = breaker(3);
        for _ in 0..5 {
            assert!(!breaker.admit(now).unwrap().failed(now));
            assert!(!breaker.admit(now).unwrap().failed(now));
            assert!(!breaker.admit(now).unwrap().succeeded());
        }
        assert!(!breaker.admit(now).unwrap().failed(now));
        assert!(!breaker.admit(now).unwrap().failed(now));
        assert!(breaker.admit(now).unwrap().failed(now));
        assert_eq!(breaker.admit(now).unwrap_err(), OPEN_FOR);
        assert_eq!(
            breaker.admit(now + OPEN_FOR / 3).unwrap_err(),
            OPEN_FOR * 2 / 3
        );
    }

    #[test]
    fn lets_one_probe_through_and_closes_when_it_succeeds() {
        let (breaker, now) = opened();
        let later = now + OPEN_FOR;
        let probe = breaker.admit(later).unwrap();
        assert_eq!(breaker.admit(later).unwrap_err(), PROBE_WAIT);
        assert!(probe.succeeded());
        assert!(breaker.admit(later).is_ok());
        assert!(breaker.admit(later).is_ok());
    }

    #[test]
    fn opens_again_when_the_probe_fails() {
        let (breaker, now) = opened();
        let later = now + OPEN_FOR;
        assert!(breaker.admit(later).unwrap().failed(later));
        assert_eq!(breaker.admit(later).unwrap_err(), OPEN_FOR);
    }

    #[test]
    fn an_abandoned_probe_leaves_its_place_to_the_next() {
        let (breaker, now) = opened();
        let later = now + OPEN_FOR;
        drop(breaker.admit(later).unwrap());
        assert!(breaker.admit(later).unwrap().succeeded());
    }

    #[test]
    fn a_report_from_an_earlier_state_changes_nothing() {
        let (breaker, now) = breaker(1);
        let slow = breaker.admit(now).unwrap();
        let slower = breaker.admit(now).unwrap();
        assert!(breaker.admit(now).unwrap().failed(now));
        assert!(!slow.succeeded(), "a success from before does not close it");
        let later = now + OPEN_FOR;
        assert!(breaker.admit(later).unwrap().succeeded());
        assert!(
            !slower.failed(later),
            "a failure from before does not open it"
        );
        assert!(breaker.admit(later).is_ok());
    }

    #[test]
    fn a_threshold_of_zero_never_opens() {
        let (breaker, now) = breaker(0);
        for _ in 0..100 {
            assert!(!breaker.admit(now).unwrap().failed(now));
        }
    }
}
