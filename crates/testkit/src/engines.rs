//! The engines of a test: they work when they are told to, on the turned clock.

use std::sync::Arc;

use ashlar_core::{
    domain::Domain,
    settings::{Reader, Source},
};
use ashlar_events::{Events, EventsSettings, Groups, InProcess};
use ashlar_jobs::{Jobs, JobsSettings};

use crate::World;

/// The engines that a test's domains need: events with the in-process broker, and jobs.
pub struct Engines {
    events: Events,
    jobs: Jobs,
}

impl Engines {
    /// The engines of `domains` on `world`'s database and clock.
    pub fn new(world: &World, domains: &[Domain]) -> Self {
        let mut reader = Reader::new(Source::from_pairs([("APP_ENV", "test")]));
        let (events, jobs) = (
            EventsSettings::read(&mut reader),
            JobsSettings::read(&mut reader),
        );
        reader.finish().expect("the defaults are sound");
        let (database, clock) = (world.database(), world.clock());
        let groups = Groups::new(database.clone(), clock.clone(), domains).expect("sound handlers");
        let broker = Arc::new(InProcess::new(groups));
        Self {
            events: Events::new(database.clone(), clock.clone(), domains, &events, broker)
                .expect("sound handlers"),
            jobs: Jobs::new(database, clock, domains, &jobs).expect("sound jobs"),
        }
    }

    /// Relays every event, and runs every handler and job, that the clock lets begin now, and what
    /// comes of them, until nothing is left to do. Answers how much there was.
    pub async fn settle(&self) -> usize {
        let mut all = 0;
        loop {
            let done = self.events.drain().await + self.jobs.drain().await;
            if done == 0 {
                return all;
            }
            all += done;
        }
    }
}
