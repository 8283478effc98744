//! How soon a job starts after its commit when the worker is idle.

use std::{process::Stdio, time::Duration};

use actix_web::rt::{self, System};
use ashlar_core::{
    clock::Clock,
    database::Database,
    jobs::{Enqueue, Job, Perform, Run},
    retry::Failure,
};
use ashlar_testkit::{
    Backend, World,
    measure::{self as testkit, Figures, Goal, in_a_world, p99},
};
use serde::{Deserialize, Serialize};
use tokio::{sync::mpsc, time::sleep};

use crate::{DATABASES, Effort, worker::Working};

/// The argument that makes this program enqueue, in the database whose address follows, and print
/// when it did.
pub(crate) const ENQUEUE: &str = "--enqueue";

/// How many single jobs there are: their p99 is the third longest wait.
const JOBS: usize = 200;

/// How long after one comes the next: long after the worker is idle again.
const PAUSE: Duration = Duration::from_millis(25);

/// How long a job may take to start before it counts as lost.
const PATIENCE: Duration = Duration::from_secs(30);

/// Milliseconds.
const BELOW: f64 = 50.0;

pub(crate) fn measure(effort: &Effort, figures: &mut Figures) {
    for (backend, database) in DATABASES {
        measure_from(effort, figures, backend, database, Whence::Here);
    }
    measure_from(
        effort,
        figures,
        Backend::Postgres,
        "PostgreSQL",
        Whence::AnotherProcess,
    );
}

/// Enqueues, and prints the microseconds since 1970 at each commit's begin: a line a job.
pub(crate) fn enqueue_from_here(url: &str) {
    System::new().block_on(async {
        let database = testkit::connect_to(url).await;
        let passing = database.clone();
        let signals = rt::spawn(async move { passing.pass_signals().await });
        sleep(Duration::from_millis(500)).await;
        for at in enqueue_each(&database).await {
            println!("{at}");
        }
        // The last one is told of too.
        sleep(Duration::from_millis(100)).await;
        signals.abort();
        database.close().await.unwrap();
    });
}

/// Who enqueues.
#[derive(Clone, Copy)]
enum Whence {
    /// The process that the worker is in.
    Here,
    /// Another, whose commits it is told of by the database.
    AnotherProcess,
}

fn measure_from(
    effort: &Effort,
    figures: &mut Figures,
    backend: Backend,
    database: &str,
    whence: Whence,
) {
    let from = match whence {
        Whence::Here => "",
        Whence::AnotherProcess => " enqueued by another process",
    };
    let what = format!("{database}: p99 from commit to start of a job{from}");
    eprintln!("{what}");
    let round = |_| in_a_world(backend, async |world| waits(&world, whence).await);
    let rounds: Vec<f64> = (0..effort.rounds)
        .map(round)
        .map(|waits| p99(waits).as_secs_f64() * 1e3)
        .collect();
    figures.add(&what, "ms", Goal::Below(BELOW), &rounds);
}

/// A job that knows which it is.
#[derive(Serialize, Deserialize)]
struct Numbered(usize);

impl Job for Numbered {
    const NAME: &'static str = "bench.numbered";
}

/// Tells which job began, and when.
struct TellBegin(mpsc::UnboundedSender<(usize, i64)>);

impl Perform<Numbered> for TellBegin {
    async fn perform(&self, Numbered(number): Numbered, _: &Run) -> Result<(), Failure> {
        Ok(self.0.send((number, micros()))?)
    }
}

async fn waits(world: &World, whence: Whence) -> Vec<Duration> {
    let (begun, mut beginnings) = mpsc::unbounded_channel();
    let working = Working::start(world, |_| TellBegin(begun)).await;
    let committed = match whence {
        Whence::Here => enqueue_each(&working.database).await,
        Whence::AnotherProcess => enqueued_elsewhere(world.database_url()).await,
    };
    assert_eq!(committed.len(), JOBS);
    let mut waits = Vec::with_capacity(JOBS);
    for _ in 0..JOBS {
        let began = tokio::time::timeout(PATIENCE, beginnings.recv()).await;
        let (number, at) = began.expect("each job begins").expect("the worker works");
        waits.push(Duration::from_micros(
            u64::try_from(at - committed[number]).unwrap_or_default(),
        ));
    }
    working.end().await;
    waits
}

/// Enqueues one job after the other; answers when each commit began, so that its own time counts.
async fn enqueue_each(database: &Database) -> Vec<i64> {
    let clock = Clock::system();
    let mut commits = Vec::with_capacity(JOBS);
    for number in 0..JOBS {
        sleep(PAUSE).await;
        let transaction = database.begin().await.unwrap();
        let job = Numbered(number);
        let enqueued = Enqueue::new(&job).within(&transaction, clock.now()).await;
        enqueued.unwrap();
        commits.push(micros());
        transaction.commit().await.unwrap();
    }
    commits
}

async fn enqueued_elsewhere(url: &str) -> Vec<i64> {
    let program = std::env::current_exe().unwrap();
    let mut command = std::process::Command::new(program);
    command.args([ENQUEUE, url]).stdout(Stdio::piped());
    let child = command.spawn().expect("this program once more");
    // Waiting for it would stop the worker, whose runtime this thread drives.
    let ended = std::thread::spawn(move || child.wait_with_output());
    while !ended.is_finished() {
        sleep(Duration::from_millis(20)).await;
    }
    let output = ended.join().expect("no panic").unwrap();
    assert!(output.status.success(), "the other process failed");
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| line.parse().unwrap()).collect()
}

fn micros() -> i64 {
    Clock::system().now().timestamp_micros()
}
