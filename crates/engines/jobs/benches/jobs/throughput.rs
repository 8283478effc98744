//! How many jobs a second, from being enqueued to being completed.

use std::{
    sync::{Arc, atomic::AtomicUsize},
    time::{Duration, Instant},
};

use ashlar_core::{
    clock::Clock,
    database::Database,
    jobs::{enqueue, enqueue_all},
    threads::Threads,
};
use ashlar_testkit::{
    Backend, World,
    measure::{Figures, Goal, in_a_world},
};
use futures_util::future::join_all;

use crate::{
    DATABASES, Effort,
    worker::{DoNothing, Nothing, Working},
};

/// Threads that enqueue, as many as a server has that answers requests on two cores …
const THREADS: usize = 2;

/// … and tasks on each.
const TASKS: usize = 4;

/// How jobs get into the table.
#[derive(Clone, Copy)]
enum Enqueued {
    /// All in one transaction.
    Together,
    /// Each in a transaction of its own, by tasks that do so at once.
    OneByOne,
}

/// Who writes down that a job is completed.
#[derive(Clone, Copy)]
enum Completed {
    /// The worker, many at a time.
    ByWorker,
    /// The job, in a transaction of its own.
    ByJob,
}

pub(crate) fn measure(effort: &Effort, figures: &mut Figures) {
    for (backend, database) in DATABASES {
        for (enqueued, how) in [
            (Enqueued::Together, "in one transaction"),
            (Enqueued::OneByOne, "a transaction each"),
        ] {
            for (completed, by) in [
                (Completed::ByWorker, ""),
                (Completed::ByJob, ", completing themselves"),
            ] {
                let what = format!("{database}: no-op jobs, {how}{by}");
                eprintln!("{what}");
                let round = |_| {
                    in_a_world(backend, async |world| {
                        rate(&world, enqueued, completed, effort.jobs).await
                    })
                };
                let rounds: Vec<f64> = (0..effort.rounds).map(round).collect();
                figures.add(&what, "jobs/s", goal(backend, completed), &rounds);
            }
        }
    }
}

/// A job that completes itself has a transaction of its own: it is no job that does nothing.
fn goal(backend: Backend, completed: Completed) -> Goal {
    match (completed, backend) {
        (Completed::ByJob, _) => Goal::More,
        (Completed::ByWorker, Backend::Sqlite) => Goal::AtLeast(1_500.0),
        (Completed::ByWorker, Backend::Postgres) => Goal::AtLeast(4_000.0),
    }
}

async fn rate(world: &World, enqueued: Enqueued, completed: Completed, jobs: usize) -> f64 {
    let done = Arc::new(AtomicUsize::new(0));
    let working = Working::start(world, |database| DoNothing {
        done: Arc::clone(&done),
        completes_in: matches!(completed, Completed::ByJob).then(|| database.clone()),
    })
    .await;
    let threads = Threads::new("enqueue", THREADS).unwrap();
    let begun = Instant::now();
    match enqueued {
        Enqueued::Together => all_at_once(&working.database, jobs).await,
        Enqueued::OneByOne => each_alone(&working.database, &threads, jobs).await,
    }
    working.until_completed(&done, jobs).await;
    let took = begun.elapsed();
    assert_eq!(working.count("state = 'completed'").await, as_count(jobs));
    working.end().await;
    jobs as f64 / took.as_secs_f64()
}

/// The time that a job takes, when `jobs` are enqueued in one transaction.
pub(crate) async fn cost(
    working: &Working,
    done: &AtomicUsize,
    before: usize,
    jobs: usize,
) -> Duration {
    let begun = Instant::now();
    all_at_once(&working.database, jobs).await;
    working.until_completed(done, before + jobs).await;
    begun.elapsed() / u32::try_from(jobs).expect("not that many")
}

async fn all_at_once(database: &Database, jobs: usize) {
    let transaction = database.begin().await.unwrap();
    let all = vec![Nothing; jobs];
    let now = Clock::system().now();
    enqueue_all(&transaction, &all, now).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn each_alone(database: &Database, threads: &Threads, jobs: usize) {
    let tasks = THREADS * TASKS;
    let enqueuing = (0..tasks).map(|task| {
        let database = database.clone();
        // The first ones take the rest.
        let share = jobs / tasks + usize::from(task < jobs % tasks);
        threads.run(move || async move {
            for _ in 0..share {
                let transaction = database.begin().await.unwrap();
                let now = Clock::system().now();
                enqueue(&transaction, &Nothing, now).await.unwrap();
                transaction.commit().await.unwrap();
            }
        })
    });
    for enqueued in join_all(enqueuing).await {
        enqueued.expect("all are enqueued");
    }
}

pub(crate) fn as_count(jobs: usize) -> i64 {
    i64::try_from(jobs).expect("not that many")
}
