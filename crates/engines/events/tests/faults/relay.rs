//! A relay in a process of its own: this test binary again, told by its environment to be one.
//!
//! Its clock runs ten times too fast, the same in all of them: a lease of 15 s is over in 1.5 s.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
    time::Duration,
};

use actix_web::rt::System;
use ashlar_core::{
    clock::{Clock, ClockHand},
    database::Database,
    settings::{DatabaseSettings, LogSettings, Reader, Source},
    telemetry,
};
use ashlar_events::{Events, EventsSettings, Groups, InProcess};
use ashlar_testkit::{
    World,
    process::{Twin, end_with_parent},
};
use chrono::DateTime;
use tokio::{
    signal::unix::{SignalKind, signal},
    time::sleep,
};

use crate::domain;

/// The name of the test that is none.
const ENTRY: &str = "relay::process";

/// When the clocks began to run too fast, in microseconds. Without it a process is no relay.
const BEGAN: &str = "TRIAL_BEGAN";

/// How many times too fast.
const SPEED: i32 = 10;

/// A running relay; killed when dropped.
pub(crate) struct Relay(Twin);

impl Relay {
    /// Starts one on the database of `world`.
    pub(crate) fn start(world: &World) -> Self {
        let began = world.now().timestamp_micros().to_string();
        Self(Twin::start(
            ENTRY,
            [
                ("APP_ENV", "test"),
                ("DATABASE_URL", world.database_url()),
                ("DB_POOL_SIZE", "8"),
                ("EVENTS_POLL_INTERVAL", "0.05"),
                (BEGAN, began.as_str()),
            ],
        ))
    }
}

impl Deref for Relay {
    type Target = Twin;

    fn deref(&self) -> &Twin {
        &self.0
    }
}

impl DerefMut for Relay {
    fn deref_mut(&mut self) -> &mut Twin {
        &mut self.0
    }
}

/// No test, but what a [`Relay`] runs.
#[test]
#[ignore = "it is what the other tests start as a process"]
fn process() {
    let mut reader = Reader::new(Source::from_process());
    let began: Option<u64> = reader.var(BEGAN, "When the clock began").optional();
    let Some(began) = began else {
        return;
    };
    let settings = Settings {
        log: LogSettings::read(&mut reader),
        database: DatabaseSettings::read(&mut reader),
        events: EventsSettings::read(&mut reader),
    };
    reader.finish().expect("the settings are sound");
    end_with_parent();
    System::new().block_on(work(began.cast_signed(), settings));
}

struct Settings {
    log: LogSettings,
    database: DatabaseSettings,
    events: EventsSettings,
}

/// Passes events on as the server does with `--role worker`, until SIGTERM.
async fn work(began: i64, settings: Settings) {
    let _flushed_at_the_end = telemetry::init(&settings.log).unwrap();
    let mut terminate = signal(SignalKind::terminate()).unwrap();
    let database = Database::connect(&settings.database).await.unwrap();
    let (clock, hand) = Clock::manual();
    turn(&hand, began);
    let domains = [domain()];
    let groups = Groups::new(database.clone(), clock.clone(), &domains).unwrap();
    let broker = Arc::new(InProcess::new(groups));
    let events = Events::new(database.clone(), clock, &domains, &settings.events, broker).unwrap();
    let stop = async {
        terminate.recv().await;
    };
    tokio::select! {
        () = run_fast(&hand, began) => {}
        () = database.pass_signals() => {}
        () = events.run(stop) => {}
    }
}

/// Turns the clock for as long as it is polled.
async fn run_fast(hand: &ClockHand, began: i64) {
    loop {
        turn(hand, began);
        sleep(Duration::from_millis(5)).await;
    }
}

fn turn(hand: &ClockHand, began: i64) {
    let began = DateTime::from_timestamp_micros(began).expect("a time");
    hand.set(began + (Clock::system().now() - began) * SPEED);
}
