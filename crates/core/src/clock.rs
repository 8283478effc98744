//! The time, as something that is passed in: tests turn it, nothing sleeps on it.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    time::Duration,
};

use chrono::{DateTime, SubsecRound, Utc};

/// Tells the time. Cheap to clone; clones tell the same time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Now>);

trait Now: Send + Sync {
    fn now(&self) -> DateTime<Utc>;
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Arc::new(System))
    }

    /// A clock that stands at the present until its [`ClockHand`] turns it.
    pub fn manual() -> (Self, ClockHand) {
        let micros = Arc::new(AtomicI64::new(System.now().timestamp_micros()));
        let hand = ClockHand(micros);
        (Self(Arc::new(hand.clone())), hand)
    }

    /// The present in UTC, in microseconds: the finest that both databases keep, so that what was
    /// written compares equal to what is read back.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}

struct System;

impl Now for System {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// Turns a manual [`Clock`].
#[derive(Clone, Debug)]
pub struct ClockHand(Arc<AtomicI64>);

impl ClockHand {
    /// Turns the clock forward.
    pub fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.0.fetch_add(micros, SeqCst);
    }

    /// Sets the clock, also backward.
    pub fn set(&self, to: DateTime<Utc>) {
        self.0.store(to.timestamp_micros(), SeqCst);
    }
}

impl Now for ClockHand {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(SeqCst)).unwrap_or_default()
    }
}
