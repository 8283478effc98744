//! Workers that are killed (SIGKILL), again and again.

use std::time::Duration;

use ashlar_core::{clock::Clock, jobs::Job};
use ashlar_testkit::{World, on_each_database};
use tokio::time::{Instant, sleep};

use crate::{
    Effect, Mark, assert_each_once, count_in, enqueue, numbers, prepare, random, until_completed,
    worker::{Part, Worker},
};

const JOBS: u32 = 2_000;
const KILLS: u32 = 50;

/// How long a job sleeps at most, in milliseconds.
const SLEEP: u64 = 20;

/// How long a worker lives: 50 to 300 ms. Two jobs at a time, each asleep for 10 ms in the middle,
/// take 10 s, and 50 such lives less than 9: the last one is killed at work too.
const LIFE: (u64, u64) = (50, 250);

/// How many jobs must have been begun more than once, of twice as many as there are kills: some
/// workers are killed before they took one.
const LEAST_INTERRUPTED: i64 = 25;

on_each_database! {
    async fn what_a_job_completes_with_happens_once(world: World) {
        let effect = |number| Effect { number, millis: random(SLEEP) };
        survive_kills(&world, effect).await;
        assert_each_once(world.database().connection(), "effects", 0..JOBS).await;
    }

    async fn what_may_happen_again_happens_at_least_once(world: World) {
        let mark = |number| Mark { number, millis: random(SLEEP) };
        survive_kills(&world, mark).await;
        assert_each_once(world.database().connection(), "marks", 0..JOBS).await;
        assert!(numbers(world.database().connection(), "effects").await.is_empty());
    }
}

/// Kills worker after worker while they do the jobs that `job` makes, and lets the last ones finish.
async fn survive_kills<J: Job>(world: &World, job: impl Fn(u32) -> J) {
    prepare(world).await;
    let jobs: Vec<J> = (0..JOBS).map(job).collect();
    enqueue(world, &jobs, Clock::system().now()).await;
    // Nobody else lives for long enough to find out who is dead.
    let _undertaker = Worker::start(world, Part::Idles, &[]);
    for _ in 0..KILLS {
        let mut worker = Worker::start(world, Part::Works, &[("JOBS_CONCURRENCY", "2")]);
        sleep(Duration::from_millis(LIFE.0 + random(LIFE.1))).await;
        worker.kill();
    }
    let left = count_in(world, "state <> 'completed'").await;
    assert!(left > 0, "the last was killed at work");

    let begun = Instant::now();
    let _last = [0; 2].map(|_| Worker::start(world, Part::Works, &[]));
    until_completed(world).await;
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(15), "{left} jobs took {took:?}");
    let interrupted = count_in(world, "attempts > 1").await;
    assert!(interrupted >= LEAST_INTERRUPTED, "{interrupted} were");
}
