//! Workers that die, sleep, or have a wrong clock.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    time::Duration,
};

use ashlar_core::{
    clock::Clock,
    domain::Domain,
    jobs::{Enqueue, table::State},
};
use ashlar_testkit::{World, on_each_database};
use sea_orm::ConnectionTrait;
use tokio::sync::watch;

use crate::{
    Trial, Working, count_effects, domain, effects, enqueue, eventually, execute, failures, jobs,
    jobs_by, jobs_with, row, state, trial, until_state,
};

const LEASE: [(&str, &str); 2] = [("JOBS_LEASE", "1"), ("JOBS_POLL_INTERVAL", "0.1")];

on_each_database! {
    async fn a_dead_workers_job_runs_again(world: World) {
        let dead = jobs(&world, domain(async |_: Trial, _| std::future::pending().await));
        let id = enqueue(&world, Enqueue::new(&trial(""))).await;
        let working = Working::start(&dead);
        until_state(&world, id, State::Running).await;
        working.kill().await;

        let alive = jobs_with(&world, domain(async |_: Trial, _| Ok(())), &LEASE);
        let working = Working::start(&alive);
        world.turn_clock(Duration::from_secs(31));
        until_state(&world, id, State::Completed).await;
        let row = row(&world, id).await;
        assert_eq!(failures(&row), [["its worker stopped answering"]]);
        assert_eq!(row.attempts, 2);
        working.stop().await;
    }

    async fn the_last_attempts_worker_dies_and_the_job_with_it(world: World) {
        let dead = jobs(&world, domain(async |_: Trial, _| std::future::pending().await));
        let id = enqueue(&world, Enqueue::new(&trial(""))).await;
        execute(&world, "UPDATE jobs SET max_attempts = 1").await;
        let working = Working::start(&dead);
        until_state(&world, id, State::Running).await;
        working.kill().await;
        world.turn_clock(Duration::from_secs(60));
        let alive = jobs_with(&world, domain(async |_: Trial, _| Ok(())), &LEASE);
        let working = Working::start(&alive);
        until_state(&world, id, State::Failed).await;
        working.stop().await;
    }

    /// The clock of whoever took the job was a day ahead.
    async fn an_absurd_lease_is_none(world: World) {
        let now = world.now();
        world.set_clock(now + Duration::from_secs(86_400));
        let dead = jobs(&world, domain(async |_: Trial, _| std::future::pending().await));
        let id = enqueue(&world, Enqueue::new(&trial(""))).await;
        let working = Working::start(&dead);
        until_state(&world, id, State::Running).await;
        working.kill().await;
        world.set_clock(now);
        let alive = jobs_with(&world, domain(async |_: Trial, _| Ok(())), &LEASE);
        let working = Working::start(&alive);
        until_state(&world, id, State::Completed).await;
        working.stop().await;
    }

    /// Though the clock jumps by more than any lease, ahead and back.
    async fn a_live_worker_keeps_its_job(world: World) {
        let (go, gone) = watch::channel(false);
        let begun = Arc::new(AtomicU32::new(0));
        let jobs = jobs_with(&world, domain({
            let begun = Arc::clone(&begun);
            async move |_: Trial, _| {
                begun.fetch_add(1, SeqCst);
                let _ = gone.clone().wait_for(|gone| *gone).await;
                Ok(())
            }
        }), &[("JOBS_LEASE", "2")]);
        let (one, other) = (Working::start(&jobs), Working::start(&jobs));
        let id = enqueue(&world, Enqueue::new(&trial(""))).await;
        until_state(&world, id, State::Running).await;
        let day = Duration::from_secs(86_400);
        for now in [world.now() + day, world.now(), world.now() - day] {
            world.set_clock(now);
            let renewed = async || {
                let until = row(&world, id).await.lease_until.unwrap();
                until > now && until < now + Duration::from_secs(10)
            };
            eventually("renewed", renewed).await;
            // Two looks of the other worker for jobs that lost theirs.
            tokio::time::sleep(Duration::from_millis(2_200)).await;
        }
        go.send(true).unwrap();
        until_state(&world, id, State::Completed).await;
        assert_eq!(begun.load(SeqCst), 1);
        one.stop().await;
        other.stop().await;
    }

    /// To the clock of the one, an hour ahead, all leases of the other have run out; but they move.
    async fn a_worker_whose_clock_is_ahead_takes_nobodys_job(world: World) {
        let (go, gone) = watch::channel(false);
        let begun = Arc::new(AtomicU32::new(0));
        let waits = || domain({
            let (begun, gone) = (Arc::clone(&begun), gone.clone());
            async move |_: Trial, _| {
                begun.fetch_add(1, SeqCst);
                let _ = gone.clone().wait_for(|gone| *gone).await;
                Ok(())
            }
        });
        let right = Working::start(&jobs_by(Clock::system(), &world, waits(), &LEASE));
        let id = enqueue(&world, Enqueue::new(&trial(""))).await;
        until_state(&world, id, State::Running).await;
        let (ahead, hand) = Clock::manual();
        hand.advance(Duration::from_secs(3_600));
        let wrong = Working::start(&jobs_by(ahead, &world, waits(), &LEASE));
        // Half a dozen looks of the other for jobs that lost their worker.
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!(begun.load(SeqCst), 1);
        assert_eq!(row(&world, id).await.attempts, 1);
        go.send(true).unwrap();
        until_state(&world, id, State::Completed).await;
        right.stop().await;
        wrong.stop().await;
    }

    /// The worker slept through its lease, another did the job, and the late one comes back.
    async fn a_late_effect_is_rolled_back(world: World) {
        effects(&world).await;
        let (go, gone) = watch::channel(false);
        let late = jobs(&world, effecting(&world, Some(gone)));
        let id = enqueue(&world, Enqueue::new(&trial(""))).await;
        let sleeping = tokio::spawn(async move { late.drain().await });
        until_state(&world, id, State::Running).await;

        // `drain` gives no signs of life: to the others it looks asleep.
        world.turn_clock(Duration::from_secs(3600));
        let quick = jobs_with(&world, effecting(&world, None), &LEASE);
        let working = Working::start(&quick);
        until_state(&world, id, State::Completed).await;
        assert_eq!(count_effects(&world).await, 1);
        go.send(true).unwrap();
        assert_eq!(sleeping.await.unwrap(), 1);
        assert_eq!(count_effects(&world).await, 1);
        let row = row(&world, id).await;
        assert_eq!((row.state, row.attempts), (State::Completed, 2));
        working.stop().await;
    }

    /// The row was taken away under a running attempt: it is ended.
    async fn an_attempt_that_lost_its_job_is_ended(world: World) {
        let (alive, mut dropped) = watch::channel(());
        let alive = std::sync::Mutex::new(Some(alive));
        let jobs = jobs_with(&world, domain(async move |_: Trial, _| {
            let _alive = alive.lock().unwrap().take();
            std::future::pending().await
        }), &LEASE);
        let working = Working::start(&jobs);
        let id = enqueue(&world, Enqueue::new(&trial(""))).await;
        until_state(&world, id, State::Running).await;
        execute(&world, "UPDATE jobs SET fence = fence + 1, state = 'completed', finished_at = created_at").await;
        tokio::time::timeout(crate::PATIENCE, dropped.changed()).await.unwrap().unwrap_err();
        assert_eq!(state(&world, id).await, State::Completed);
        working.stop().await;
    }
}

/// Writes an effect and completes the job with it, as soon as it may.
fn effecting(world: &World, gone: Option<watch::Receiver<bool>>) -> Domain {
    let (database, clock) = (world.database(), world.clock());
    domain(async move |_: Trial, run| {
        if let Some(gone) = &gone {
            let _ = gone.clone().wait_for(|gone| *gone).await;
        }
        let transaction = database.begin().await?;
        let effect = "INSERT INTO effects (job) VALUES ('done')";
        transaction.execute_unprepared(effect).await?;
        run.complete(&transaction, clock.now()).await?;
        transaction.commit().await?;
        Ok(())
    })
}
