//! What is long over goes; what is due comes; and no statement looks at what it need not.

use std::time::Duration;

use ashlar_core::jobs::{
    Enqueue,
    table::{Entity, State},
};
use ashlar_testkit::{World, on_each_database};
use sea_orm::{ConnectionTrait, EntityTrait, Statement};

use crate::{
    Trial, Working, domain, enqueue, eventually, execute, jobs, state, trial, until_state,
};

const HOUR: Duration = Duration::from_secs(3600);

on_each_database! {
    async fn what_is_long_over_is_deleted(world: World) {
        let jobs = jobs(&world, domain(async |_: Trial, _| Ok(())));
        let mut ids = Vec::new();
        for _ in 0..4 {
            ids.push(enqueue(&world, Enqueue::new(&trial(""))).await);
        }
        assert_eq!(jobs.drain().await, 4);
        set(&world, ids[1].to_string(), "failed").await;
        set(&world, ids[2].to_string(), "cancelled").await;
        world.turn_clock(HOUR * 24 * 8);
        let fresh = enqueue(&world, Enqueue::new(&trial(""))).await;
        let working = Working::start(&jobs);
        eventually("two are left", async || count(&world).await == 2).await;
        until_state(&world, fresh, State::Completed).await;
        assert_eq!(state(&world, ids[1]).await, State::Failed);
        working.stop().await;

        world.turn_clock(HOUR * 24 * 31);
        let working = Working::start(&jobs);
        eventually("none is left", async || count(&world).await == 0).await;
        working.stop().await;
    }

    /// Every statement that runs often goes by an index, whatever lies in the table.
    async fn finished_jobs_cost_nothing(world: World) {
        finish_many(&world).await;
        for statement in [
            "SELECT id FROM jobs WHERE queue = 'default' AND state = 'pending' \
             ORDER BY priority DESC, run_at, id LIMIT 8",
            "SELECT run_at FROM jobs WHERE state = 'scheduled' ORDER BY run_at LIMIT 1",
            "SELECT id FROM jobs WHERE state = 'running' \
             AND (lease_until < '2026-01-01T00:00:00+00:00' \
             OR lease_until > '2027-01-01T00:00:00+00:00') ORDER BY lease_until LIMIT 500",
            "SELECT id FROM jobs WHERE state = 'completed' \
             AND finished_at < '2000-01-01T00:00:00+00:00' LIMIT 1000",
        ] {
            let plan = plan(&world, statement).await;
            assert!(plan.contains("ix_jobs_"), "{statement}\n{plan}");
            assert!(!plan.contains("Seq Scan"), "{statement}\n{plan}");
        }
        // Claims are few, the table is large: it is read by its key, not the other way around.
        let held = if world.database().is_postgres() {
            "SELECT jobs.id FROM unnest(ARRAY['019aa000-0000-7000-8000-000000000000'::uuid], \
             ARRAY[1::bigint]) AS held (id, fence) JOIN jobs ON jobs.id = held.id \
             AND jobs.fence = held.fence"
        } else {
            "UPDATE jobs SET progress = 100 WHERE (id, fence) IN (SELECT unhex(value ->> 0), \
             value ->> 1 FROM json_each('[]')) AND state = 'running' RETURNING id"
        };
        let plan = plan(&world, held).await;
        let by_key = ["Index Scan using", "Index Only Scan using", "SEARCH jobs USING"];
        assert!(by_key.iter().any(|by_key| plan.contains(by_key)), "{plan}");
        assert!(!plan.contains("Seq Scan") && !plan.contains("SCAN jobs"), "{plan}");
    }
}

/// As the planner will see a table after months.
async fn finish_many(world: &World) {
    let id = if world.database().is_postgres() {
        "gen_random_uuid()"
    } else {
        "randomblob(16)"
    };
    let many = format!(
        "INSERT INTO jobs (id, name, version, queue, priority, payload, state, attempts, \
         max_attempts, run_at, fence, cancel_requested, progress, created_at, finished_at) \
         WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 20000) \
         SELECT {id}, 'trial.try', 1, 'default', 0, '\"\"', 'completed', 1, 10, \
         '2026-01-01T00:00:00+00:00', 1, false, 100, '2026-01-01T00:00:00+00:00', \
         '2026-01-01T00:00:00+00:00' FROM many"
    );
    execute(world, &many).await;
    execute(world, "ANALYZE").await;
}

async fn plan(world: &World, statement: &str) -> String {
    let database = world.database();
    let explain = if database.is_postgres() {
        "EXPLAIN"
    } else {
        "EXPLAIN QUERY PLAN"
    };
    let backend = database.connection().get_database_backend();
    let statement = Statement::from_string(backend, format!("{explain} {statement}"));
    let rows = database
        .connection()
        .query_all_raw(statement)
        .await
        .unwrap();
    let column = if database.is_postgres() {
        "QUERY PLAN"
    } else {
        "detail"
    };
    let lines = rows
        .iter()
        .map(|row| row.try_get::<String>("", column).unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

async fn set(world: &World, id: String, state: &str) {
    let id = if world.database().is_postgres() {
        format!("'{id}'")
    } else {
        format!("unhex('{}')", id.replace('-', ""))
    };
    execute(
        world,
        &format!("UPDATE jobs SET state = '{state}' WHERE id = {id}"),
    )
    .await;
}

async fn count(world: &World) -> usize {
    let database = world.database();
    Entity::find()
        .all(database.connection())
        .await
        .unwrap()
        .len()
}
