//! How fast it is. Not asserted, since it depends on the machine: run it by hand, in release mode,
//! with `-- --ignored --nocapture speed`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use ashlar_core::jobs::{Enqueue, enqueue_all};
use ashlar_testkit::World;
use sea_orm::{ConnectionTrait, Statement};

use crate::{Trial, Working, domain, enqueue, jobs, trial};

/// How many jobs are timed.
const JOBS: usize = 20_000;

/// On each database, and only when it is asked for.
macro_rules! measured {
    ($($name:ident)+) => {$(
        mod $name {
            #[test]
            #[ignore = "measures"]
            fn sqlite() {
                ashlar_testkit::run(ashlar_testkit::Backend::Sqlite, super::$name);
            }

            #[test]
            #[ignore = "measures"]
            fn postgres() {
                ashlar_testkit::run(ashlar_testkit::Backend::Postgres, super::$name);
            }
        }
    )+};
}

measured! { how_many_a_second how_soon_when_idle }

async fn how_many_a_second(world: World) {
    let done = Arc::new(AtomicUsize::new(0));
    let jobs = jobs(
        &world,
        domain({
            let done = Arc::clone(&done);
            async move |_: Trial, _| {
                done.fetch_add(1, SeqCst);
                Ok(())
            }
        }),
    );
    let working = Working::start(&jobs);
    let begun = Instant::now();
    let all = vec![trial("nothing"); 100];
    for _ in 0..JOBS / 100 {
        let transaction = world.database().begin().await.unwrap();
        enqueue_all(&transaction, &all, world.now()).await.unwrap();
        transaction.commit().await.unwrap();
    }
    let enqueued = begun.elapsed();
    while left(&world).await > 0 {
        assert!(begun.elapsed() < Duration::from_secs(120));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let rate = JOBS as f64 / begun.elapsed().as_secs_f64();
    show(
        &world,
        &format!("{rate:.0} jobs/s, enqueued within {enqueued:?}"),
    );
    assert_eq!(done.load(SeqCst), JOBS);
    working.stop().await;
}

async fn how_soon_when_idle(world: World) {
    let (begun, mut began) = tokio::sync::mpsc::unbounded_channel();
    let jobs = jobs(
        &world,
        domain(async move |_: Trial, _| {
            begun.send(Instant::now())?;
            Ok(())
        }),
    );
    let working = Working::start(&jobs);
    let mut waits = Vec::new();
    for _ in 0..300 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let asked = Instant::now();
        enqueue(&world, Enqueue::new(&trial(""))).await;
        waits.push(began.recv().await.unwrap() - asked);
    }
    waits.sort();
    show(
        &world,
        &format!(
            "from enqueue to start: p50 {:?}, p99 {:?}",
            waits[150], waits[297]
        ),
    );
    working.stop().await;
}

async fn left(world: &World) -> usize {
    let database = world.database();
    let backend = database.connection().get_database_backend();
    let sql = "SELECT id FROM jobs WHERE finished_at IS NULL LIMIT 1";
    let statement = Statement::from_string(backend, sql);
    let rows = database.connection().query_all_raw(statement).await;
    rows.unwrap().len()
}

#[expect(clippy::print_stderr, reason = "it is what the measurement is for")]
fn show(world: &World, figures: &str) {
    eprintln!("{:?}: {figures}", world.backend());
}
