//! Whether a job costs more when the table holds many that are over.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use ashlar_core::clock::Clock;
use ashlar_testkit::{
    World,
    measure::{Figures, Goal, in_a_world},
};
use sea_orm::{ConnectionTrait, Statement};

use crate::{
    DATABASES, Effort,
    throughput::{as_count, cost},
    worker::{DoNothing, Working},
};

/// Percent.
const BELOW: f64 = 15.0;

pub(crate) fn measure(effort: &Effort, figures: &mut Figures) {
    for (backend, database) in DATABASES {
        let what = format!("{database}: a job beside {} finished ones", effort.finished);
        eprintln!("{what}");
        let (mut without, mut with) = (Vec::new(), Vec::new());
        // In turn, so that what disturbs the machine for a while hits both.
        for _ in 0..effort.rounds {
            for (finished, costs) in [(0, &mut without), (effort.finished, &mut with)] {
                costs.extend(in_a_world(backend, async |world| {
                    costs_beside(&world, finished, effort.jobs).await
                }));
            }
        }
        let more = 100.0 * (least(&with) / least(&without) - 1.0);
        let alone = format!("{database}: a job beside no finished ones");
        figures.add(&alone, "µs", Goal::Less, &without);
        figures.add(&what, "µs", Goal::Less, &with);
        figures.add(&format!("{what}: more"), "%", Goal::Below(BELOW), &[more]);
    }
}

fn least(costs: &[f64]) -> f64 {
    costs.iter().copied().fold(f64::INFINITY, f64::min)
}

/// What a job costs beside `finished` ones, in microseconds, twice.
async fn costs_beside(world: &World, finished: usize, jobs: usize) -> [f64; 2] {
    seed(world, finished).await;
    let done = Arc::new(AtomicUsize::new(0));
    let working = Working::start(world, |_| DoNothing {
        done: Arc::clone(&done),
        completes_in: None,
    })
    .await;
    assert_eq!(
        working.count("finished_at IS NOT NULL").await,
        as_count(finished)
    );
    let mut costs = [0.0; 2];
    for one in &mut costs {
        let before = done.load(SeqCst);
        *one = cost(&working, &done, before, jobs).await.as_secs_f64() * 1e6;
    }
    working.end().await;
    costs
}

/// Writes jobs that are completed already, with ids in the order of time, as real ones have.
async fn seed(world: &World, jobs: usize) {
    let database = world.database();
    let connection = database.connection();
    let backend = connection.get_database_backend();
    let (numbers, id) = if database.is_postgres() {
        (
            "generate_series(1, $1) AS numbers (n)",
            "('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid",
        )
    } else {
        (
            "(WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers \
             WHERE n < $1) SELECT n FROM numbers WHERE n <= $1) AS numbers",
            "unhex(printf('01900000000070008000%012x', n))",
        )
    };
    let sql = format!(
        "INSERT INTO jobs (id, name, version, queue, priority, payload, state, attempts, \
         max_attempts, run_at, fence, worker, cancel_requested, progress, created_at, started_at, \
         finished_at) SELECT {id}, 'bench.nothing', 1, 'default', 0, 'null', 'completed', 1, 10, \
         $2, 1, 'nobody', false, 100, $2, $2, $2 FROM {numbers}"
    );
    let values = [as_count(jobs).into(), Clock::system().now().into()];
    let seeded = connection.execute_raw(Statement::from_sql_and_values(backend, sql, values));
    seeded.await.unwrap();
    // What the server does by itself some time after so many rows.
    let tidied = match database.is_postgres() {
        true => "VACUUM (ANALYZE) jobs",
        false => "PRAGMA wal_checkpoint(TRUNCATE)",
    };
    connection.execute_unprepared(tidied).await.unwrap();
}
