//! Two processes on one file, of which one can write at a time.

use ashlar_core::clock::Clock;
use ashlar_testkit::{Backend, World};

use crate::{
    assert_each_once, count_in, effects, enqueue, prepare, until_completed,
    worker::{Part, Worker},
};

const JOBS: u32 = 300;

mod two_processes_wait_for_each_other {
    use super::*;

    #[test]
    fn sqlite() {
        ashlar_testkit::run(Backend::Sqlite, wait_for_each_other);
    }
}

async fn wait_for_each_other(world: World) {
    prepare(&world).await;
    let mut workers = [0; 2].map(|_| Worker::start(&world, Part::Works, &[("JOBS_LEASE", "5")]));
    for worker in &workers {
        worker.started().await;
    }
    for part in (0..JOBS).step_by(30) {
        enqueue(&world, &effects(part..part + 30, 20), Clock::system().now()).await;
    }
    until_completed(&world).await;
    assert_each_once(world.database().connection(), "effects", 0..JOBS).await;
    let again = count_in(&world, "attempts <> 1 OR errors IS NOT NULL").await;
    for worker in &mut workers {
        assert!(count_in(&world, &worker.took()).await > 0, "both worked");
        assert!(worker.terminate().await.success(), "{}", worker.output());
        let output = worker.output();
        for trouble in ["database is locked", "queue_unavailable", "job_failed"] {
            assert!(!output.contains(trouble), "{trouble}:\n{output}");
        }
    }
    assert_eq!(again, 0, "no attempt was lost to the other's writes");
}
