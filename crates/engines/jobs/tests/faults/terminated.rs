//! A worker that is told to stop (SIGTERM).

use std::time::Duration;

use ashlar_core::clock::Clock;
use ashlar_testkit::{World, on_each_database};
use tokio::time::Instant;

use crate::{
    assert_each_once, count_in, effects, enqueue, eventually, prepare, until_completed,
    worker::{Part, Worker},
};

/// An hour: who waits for a lease to run out fails the test.
const LEASE: (&str, &str) = ("JOBS_LEASE", "3600");

on_each_database! {
    async fn what_it_cannot_finish_is_taken_up_at_once(world: World) {
        prepare(&world).await;
        let settings = [LEASE, ("JOBS_CONCURRENCY", "4"), ("JOBS_SHUTDOWN_TIMEOUT", "0.3")];
        let mut stalling = Worker::start(&world, Part::Stalls, &settings);
        enqueue(&world, &effects(0..4, 0), Clock::system().now()).await;
        let held = format!("state = 'running' AND {}", stalling.took());
        eventually("it is at work", async || count_in(&world, &held).await == 4).await;
        let other = Worker::start(&world, Part::Works, &[LEASE]);
        other.started().await;

        let asked = Instant::now();
        let status = stalling.terminate().await;
        let took = asked.elapsed();
        assert!(status.success(), "{status}:\n{}", stalling.output());
        assert!(took < Duration::from_secs(10), "{took:?}");
        assert!(stalling.output().contains("jobs_handed_back"), "{}", stalling.output());
        let stopped = Instant::now();
        until_completed(&world).await;
        let took = stopped.elapsed();
        assert!(took < Duration::from_secs(5), "{took:?}");
        assert_each_once(world.database().connection(), "effects", 0..4).await;
        assert_eq!(count_in(&world, "attempts <> 1").await, 0, "what was handed back cost nothing");
    }
}
