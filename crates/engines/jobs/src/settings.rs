//! What the workers are told by their environment.

use std::{collections::BTreeSet, time::Duration};

use ashlar_core::settings::{Reader, Value};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// How jobs are worked on.
#[derive(Clone, Debug)]
pub struct JobsSettings {
    /// `JOBS_CONCURRENCY`: how many jobs of one queue run at once in this process. Default: 8.
    pub concurrency: usize,
    /// `JOBS_QUEUES`: the queues for which that is another number, as in `mail=4,reports=1`.
    pub queues: Vec<QueueSize>,
    /// `JOBS_THREADS`: how many threads run them. Default: one a core.
    pub threads: usize,
    /// `JOBS_LEASE`: after how long a process that gives no sign of life has lost its jobs; it
    /// gives one every third of it. The same in all processes. Default: 30 s.
    pub lease: Duration,
    /// `JOBS_POLL_INTERVAL`: how often to look for work that nobody told of. Default: 5 s on
    /// PostgreSQL, 1 s on SQLite, where one process does not hear the other.
    pub poll_interval: Option<Duration>,
    /// `JOBS_SHUTDOWN_TIMEOUT`: how long jobs may go on when the process is to stop. Default: 20 s.
    pub shutdown_timeout: Duration,
    /// `JOBS_KEEP_COMPLETED`: for how many hours completed and cancelled jobs are kept. Default:
    /// 168, a week.
    pub keep_completed: Duration,
    /// `JOBS_KEEP_FAILED`: for how many days dead jobs are kept. Default: 30.
    pub keep_failed: Duration,
}

/// How many jobs of a queue run at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueSize {
    /// The queue.
    pub queue: String,
    /// How many of its jobs.
    pub jobs: usize,
}

impl JobsSettings {
    /// Reads them.
    pub fn read(reader: &mut Reader) -> Self {
        reader.section("Jobs");
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            concurrency: reader
                .var("JOBS_CONCURRENCY", "Jobs of one queue that run at once")
                .range(1..=MOST)
                .default(8),
            queues: reader
                .var(
                    "JOBS_QUEUES",
                    "The same for single queues: mail=4,reports=1",
                )
                .check(|sizes: &Vec<QueueSize>| each_once(sizes))
                .default(Vec::new()),
            threads: reader
                .var("JOBS_THREADS", "Threads that run jobs")
                .range(1..=256)
                .default_as("one a core", cores),
            lease: reader
                .seconds(
                    "JOBS_LEASE",
                    "Seconds without a sign of life after which a worker has lost its jobs",
                )
                .range(Duration::from_secs(1)..=HOUR)
                .default(Duration::from_secs(30)),
            poll_interval: reader
                .seconds(
                    "JOBS_POLL_INTERVAL",
                    "Seconds between looks for jobs that nobody told of (5, on SQLite 1)",
                )
                .range(Duration::from_millis(10)..=HOUR)
                .optional(),
            shutdown_timeout: reader
                .seconds(
                    "JOBS_SHUTDOWN_TIMEOUT",
                    "Seconds that jobs may go on when the process stops",
                )
                .range(..=HOUR)
                .default(Duration::from_secs(20)),
            keep_completed: HOUR
                * reader
                    .var(
                        "JOBS_KEEP_COMPLETED",
                        "Hours that completed and cancelled jobs are kept",
                    )
                    .range(1..=24 * 3660)
                    .default(24 * 7),
            keep_failed: 24
                * HOUR
                * reader
                    .var("JOBS_KEEP_FAILED", "Days that dead jobs are kept")
                    .range(1..=3660)
                    .default(30),
        }
    }

    /// How many jobs of `queue` run at once.
    pub(crate) fn size_of(&self, queue: &str) -> usize {
        let own = self.queues.iter().find(|size| size.queue == queue);
        own.map_or(self.concurrency, |size| size.jobs)
    }
}

/// More jobs of a queue at once are no longer a matter of one process.
const MOST: usize = 10_000;

impl Value for QueueSize {
    fn parse(text: &str) -> Result<Self, String> {
        let size = text.split_once('=').and_then(|(queue, jobs)| {
            Some(Self {
                queue: queue.trim().to_owned(),
                jobs: jobs.trim().parse().ok()?,
            })
        });
        size.filter(|size| !size.queue.is_empty() && (1..=MOST).contains(&size.jobs))
            .ok_or_else(|| format!("must be of the form queue=number, at least 1, at most {MOST}"))
    }

    fn show(&self) -> String {
        format!("{}={}", self.queue, self.jobs)
    }
}

fn each_once(sizes: &[QueueSize]) -> Result<(), String> {
    let queues: BTreeSet<&str> = sizes.iter().map(|size| size.queue.as_str()).collect();
    match queues.len() == sizes.len() {
        true => Ok(()),
        false => Err("must name each queue once".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use ashlar_core::settings::{Problems, Source};

    use super::*;

    fn read<const N: usize>(pairs: [(&str, &str); N]) -> Result<JobsSettings, Problems> {
        let mut reader = Reader::new(Source::from_pairs(pairs));
        let settings = JobsSettings::read(&mut reader);
        reader.finish().map(|_| settings)
    }

    #[test]
    fn a_queue_has_its_own_size_or_that_of_all() {
        let settings = read([("JOBS_CONCURRENCY", "3"), ("JOBS_QUEUES", "mail = 4,a=1")]).unwrap();
        assert_eq!(settings.size_of("mail"), 4);
        assert_eq!(settings.size_of("a"), 1);
        assert_eq!(settings.size_of("default"), 3);
        assert_eq!(settings.keep_completed, Duration::from_secs(604_800));
    }

    #[test]
    fn what_is_no_size_is_a_problem() {
        for text in ["mail", "mail=0", "=3", "mail=1,mail=2", "mail=x"] {
            let problems = read([("JOBS_QUEUES", text)]).unwrap_err().to_string();
            assert!(problems.contains("JOBS_QUEUES"), "{problems}");
        }
    }
}
