//! A worker that stands still for longer than its lease (SIGSTOP), and then goes on.

use std::time::Duration;

use ashlar_core::clock::Clock;
use ashlar_testkit::{World, on_each_database};
use tokio::time::{sleep, timeout};

use crate::{
    Effect, assert_each_once, count_in, enqueue, eventually, prepare, until_completed,
    worker::{Part, Worker},
};

const JOBS: u32 = 24;

/// How many jobs of a worker run at once.
const SIZE: i64 = 4;

on_each_database! {
    async fn what_it_does_late_does_not_count(world: World) {
        prepare(&world).await;
        let settings = [("JOBS_CONCURRENCY", "4")];
        let mut workers = [0; 3].map(|_| Worker::start(&world, Part::Works, &settings));
        let effect = |number| Effect { number, millis: 1_500 };
        let jobs: Vec<Effect> = (0..JOBS).map(effect).collect();
        enqueue(&world, &jobs, Clock::system().now()).await;

        let frozen = &workers[0];
        let held = format!("state = 'running' AND {}", frozen.took());
        eventually("it is at work", async || count_in(&world, &held).await == SIZE).await;
        freeze(&world, frozen).await;
        assert_eq!(count_in(&world, &held).await, SIZE, "its jobs are asleep");
        until_completed(&world).await;
        assert_eq!(count_in(&world, "attempts = 2").await, SIZE);

        frozen.signal("CONT");
        let lost = async || frozen.output().matches("job_lost").count() == SIZE as usize;
        eventually("it is told that it lost its jobs", lost).await;
        for worker in &mut workers {
            let status = worker.terminate().await;
            assert!(status.success(), "{status}:\n{}", worker.output());
        }
        assert_each_once(world.database().connection(), "effects", 0..JOBS).await;
    }
}

/// Stops `worker`, but not while it writes: SQLite has one writer, for whom all others would wait.
async fn freeze(world: &World, worker: &Worker) {
    let database = world.database();
    loop {
        worker.signal("STOP");
        let write = timeout(Duration::from_millis(500), database.begin());
        if let Ok(begun) = write.await {
            return begun.unwrap().rollback().await.unwrap();
        }
        worker.signal("CONT");
        sleep(Duration::from_millis(20)).await;
    }
}
