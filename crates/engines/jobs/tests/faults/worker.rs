//! A worker in a process of its own: this test binary again, told by its environment to be one.

use std::ops::{Deref, DerefMut};

use actix_web::rt::System;
use ashlar_core::{
    clock::Clock,
    database::{Database, Work},
    domain::Domain,
    jobs::{Job, Perform, Run},
    retry::Failure,
    settings::{DatabaseSettings, LogSettings, Reader, Source},
    telemetry,
};
use ashlar_jobs::{Jobs, JobsSettings};
use ashlar_testkit::{
    World,
    process::{Twin, end_with_parent},
};
use serde::{Deserialize, Serialize};
use tokio::signal::unix::{SignalKind, signal};

use crate::{Trials, eventually};

/// The name of the test that is none.
const ENTRY: &str = "worker::process";

/// Which part a worker plays. Without it a process is none.
const PART: &str = "TRIAL_PART";

/// What it logs when it begins.
const STARTED: &str = "trial_started";

/// A running worker; killed when dropped.
pub(crate) struct Worker(Twin);

/// What a worker does with the jobs.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    /// It does them.
    Works,
    /// It begins them, and never ends them.
    Stalls,
    /// It takes none, but sees to those that lost their worker.
    Idles,
}

impl Part {
    const ALL: [Self; 3] = [Self::Works, Self::Stalls, Self::Idles];

    fn as_str(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Stalls => "stalls",
            Self::Idles => "idles",
        }
    }
}

impl Worker {
    /// Starts one on the database of `world`, with these settings and the system's clock.
    pub(crate) fn start(world: &World, part: Part, settings: &[(&str, &str)]) -> Self {
        let defaults = [
            ("APP_ENV", "test"),
            ("DATABASE_URL", world.database_url()),
            ("DB_POOL_SIZE", "12"),
            ("JOBS_LEASE", "1"),
            ("JOBS_POLL_INTERVAL", "0.2"),
            ("JOBS_THREADS", "2"),
            (PART, part.as_str()),
        ];
        Self(Twin::start(ENTRY, defaults.iter().chain(settings).copied()))
    }

    /// Waits until it works.
    pub(crate) async fn started(&self) {
        eventually("it works", async || self.output().contains(STARTED)).await;
    }

    /// The condition for the jobs that it has begun.
    pub(crate) fn took(&self) -> String {
        format!("worker LIKE '{}/%'", self.id())
    }
}

impl Deref for Worker {
    type Target = Twin;

    fn deref(&self) -> &Twin {
        &self.0
    }
}

impl DerefMut for Worker {
    fn deref_mut(&mut self) -> &mut Twin {
        &mut self.0
    }
}

/// No test, but what a [`Worker`] runs.
#[test]
#[ignore = "it is what the other tests start as a process"]
fn process() {
    let mut reader = Reader::new(Source::from_process());
    let part: Option<String> = reader.var(PART, "What to do with the jobs").optional();
    let Some(part) = part else {
        return;
    };
    let is_part = |known: &Part| known.as_str() == part;
    let part = Part::ALL.into_iter().find(is_part).expect("a known part");
    let settings = Settings {
        log: LogSettings::read(&mut reader),
        database: DatabaseSettings::read(&mut reader),
        jobs: JobsSettings::read(&mut reader),
    };
    reader.finish().expect("the settings are sound");
    end_with_parent();
    System::new().block_on(work(part, settings));
}

struct Settings {
    log: LogSettings,
    database: DatabaseSettings,
    jobs: JobsSettings,
}

/// Works as the server does with `--role worker`, until SIGTERM.
async fn work(part: Part, settings: Settings) {
    let _flushed_at_the_end = telemetry::init(&settings.log).unwrap();
    let mut terminate = signal(SignalKind::terminate()).unwrap();
    let database = Database::connect(&settings.database).await.unwrap();
    let clock = Clock::system();
    let domain = domain(part, &database, &clock);
    let jobs = Jobs::new(database.clone(), clock, &[domain], &settings.jobs).unwrap();
    tracing::info!("{STARTED}");
    let stop = async {
        terminate.recv().await;
    };
    tokio::select! {
        () = database.pass_signals() => {}
        () = jobs.run(stop) => {}
    }
    database.notify(Work::Jobs).await.unwrap();
}

fn domain(part: Part, database: &Database, clock: &Clock) -> Domain {
    let trials = |stalls| Trials {
        database: database.clone(),
        clock: clock.clone(),
        stalls,
    };
    match part {
        Part::Works => trials(false).domain(),
        Part::Stalls => trials(true).domain(),
        Part::Idles => Domain::new("idle", "Does nothing").performs::<Nothing>(Nothing),
    }
}

/// A job that nobody enqueues, in a queue of its own.
#[derive(Serialize, Deserialize)]
struct Nothing;

impl Job for Nothing {
    const NAME: &'static str = "idle.nothing";
    const QUEUE: &'static str = "idle";
}

impl Perform<Self> for Nothing {
    async fn perform(&self, _: Self, _: &Run) -> Result<(), Failure> {
        Ok(())
    }
}
