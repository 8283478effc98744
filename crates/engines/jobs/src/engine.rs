//! The workers as a whole: put together once, then run, or drained by a test.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use ashlar_core::{
    clock::Clock,
    database::Database,
    domain::Domain,
    jobs::{Performer, Schedule},
    threads::Threads,
};

use crate::{
    JobsError, JobsSettings,
    scheduler::Scheduler,
    worker::{self, Worker},
};

/// How often to look for work that nobody told of.
const POLL_POSTGRES: Duration = Duration::from_secs(5);
/// There another process's work is found by looking only.
const POLL_SQLITE: Duration = Duration::from_secs(1);

/// The workers of one process. Cheap to clone; clones are the same.
#[derive(Clone)]
pub struct Jobs(Arc<Engine>);

/// What all of it stands on.
pub(crate) struct Engine {
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    pub(crate) settings: JobsSettings,
    pub(crate) performers: BTreeMap<&'static str, Performer>,
    /// The queues that are worked on, and how many jobs of each run at once.
    pub(crate) queues: BTreeMap<&'static str, usize>,
    pub(crate) scheduler: Scheduler,
    pub(crate) threads: Threads,
}

impl Jobs {
    /// Workers for the jobs and schedules of `domains`. Only queues that one of their jobs waits in
    /// are worked on.
    ///
    /// # Errors
    ///
    /// When two perform the same job, a schedule's job is performed by nobody or its expression
    /// cannot be understood, or the system gives no threads.
    pub fn new(
        database: Database,
        clock: Clock,
        domains: &[Domain],
        settings: &JobsSettings,
    ) -> Result<Self, JobsError> {
        let performers = performers(domains)?;
        let queues = performers
            .values()
            .map(|performer| (performer.queue(), settings.size_of(performer.queue())))
            .collect();
        let schedules = schedules(domains, &performers)?;
        Ok(Self(Arc::new(Engine {
            scheduler: Scheduler::new(database.clone(), clock.clone(), schedules)?,
            threads: Threads::new("jobs", settings.threads).map_err(JobsError::Threads)?,
            settings: settings.clone(),
            database,
            clock,
            performers,
            queues,
        })))
    }

    /// Works until `stop`. Then it begins nothing more, waits for what is under way (for
    /// `JOBS_SHUTDOWN_TIMEOUT` at the longest, then it cancels it), and hands back what did not
    /// finish, so that others take it up at once.
    ///
    /// Dropped instead, it leaves its jobs to whoever finds that their lease ran out.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        worker::run(&self.0, stop).await;
    }

    /// For tests: runs, one after the other, every job that may begin by the clock, and every
    /// schedule that is due, until there is none. Answers how many attempts it made. What the
    /// database refuses is told in the log, and ends it.
    pub async fn drain(&self) -> usize {
        Worker::new(&self.0).drain().await
    }
}

impl fmt::Debug for Jobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jobs")
            .field("queues", &self.0.queues)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// How long to wait at most before looking again.
    pub(crate) fn poll_interval(&self) -> Duration {
        let default = if self.database.is_postgres() {
            POLL_POSTGRES
        } else {
            POLL_SQLITE
        };
        self.settings.poll_interval.unwrap_or(default)
    }
}

fn performers(domains: &[Domain]) -> Result<BTreeMap<&'static str, Performer>, JobsError> {
    let mut performers = BTreeMap::new();
    for performer in domains.iter().flat_map(Domain::performers) {
        let name = performer.name();
        if performers.insert(name, performer.clone()).is_some() {
            return Err(JobsError::PerformedTwice(name));
        }
    }
    Ok(performers)
}

fn schedules(
    domains: &[Domain],
    performers: &BTreeMap<&'static str, Performer>,
) -> Result<Vec<Schedule>, JobsError> {
    let schedules: Vec<Schedule> = domains
        .iter()
        .flat_map(Domain::schedules)
        .cloned()
        .collect();
    let idle = schedules
        .iter()
        .find(|schedule| !performers.contains_key(schedule.job()));
    match idle {
        None => Ok(schedules),
        Some(schedule) => Err(JobsError::NobodyPerforms {
            schedule: schedule.id(),
            job: schedule.job(),
        }),
    }
}
