//! Cancelling, and what a job tells of itself while it runs.

use std::time::{Duration, Instant};

use ashlar_core::jobs::{Enqueue, table::State};
use ashlar_jobs::JobAdmin;
use ashlar_testkit::{World, on_each_database};
use tokio::sync::watch;

use crate::{
    Notes, Trial, Working, domain, enqueue, eventually, jobs, row, state, trial, until_state,
};

on_each_database! {
    async fn a_job_that_waits_is_cancelled_at_once(world: World) {
        let notes = Notes::default();
        let jobs = jobs(&world, {
            let notes = notes.clone();
            domain(async move |Trial(text), _| {
                notes.add(text);
                Ok(())
            })
        });
        let id = enqueue(&world, Enqueue::new(&trial("never"))).await;
        JobAdmin::new(world.database(), world.clock()).cancel(id).await.unwrap();
        assert_eq!(state(&world, id).await, State::Cancelled);
        assert_eq!(jobs.drain().await, 0);
        assert!(notes.all().is_empty());
    }

    async fn a_job_that_runs_is_asked_to_end(world: World) {
        let notes = Notes::default();
        let jobs = jobs(&world, {
            let notes = notes.clone();
            domain(async move |_: Trial, run| {
                run.cancelled().await;
                notes.add("ended");
                Ok(())
            })
        });
        let working = Working::start(&jobs);
        let id = enqueue(&world, Enqueue::new(&trial(""))).await;
        until_state(&world, id, State::Running).await;
        let asked = Instant::now();
        JobAdmin::new(world.database(), world.clock()).cancel(id).await.unwrap();
        until_state(&world, id, State::Cancelled).await;
        assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
        assert_eq!(notes.all(), ["ended"]);
        assert!(row(&world, id).await.finished_at.is_some());
        working.stop().await;
    }

    async fn a_job_that_does_not_listen_is_ended_a_little_later(world: World) {
        let (alive, mut dropped) = watch::channel(());
        let alive = std::sync::Mutex::new(Some(alive));
        let jobs = jobs(&world, domain(async move |_: Trial, _| {
            let _alive = alive.lock().unwrap().take();
            std::future::pending().await
        }));
        let working = Working::start(&jobs);
        let id = enqueue(&world, Enqueue::new(&trial(""))).await;
        until_state(&world, id, State::Running).await;
        JobAdmin::new(world.database(), world.clock()).cancel(id).await.unwrap();
        until_state(&world, id, State::Cancelled).await;
        tokio::time::timeout(crate::PATIENCE, dropped.changed()).await.unwrap().unwrap_err();
        working.stop().await;
    }

    /// PostgreSQL keeps no NUL, and a report that it refuses would keep others from being heard.
    async fn a_report_that_no_database_can_keep_is_made_one(world: World) {
        let jobs = jobs(&world, domain(async |_: Trial, run| {
            run.report(40, "two\0of five");
            run.cancelled().await;
            Ok(())
        }));
        let working = Working::start(&jobs);
        let id = enqueue(&world, Enqueue::new(&trial(""))).await;
        eventually("reported", async || row(&world, id).await.progress == 40).await;
        assert_eq!(row(&world, id).await.message.as_deref(), Some("two\u{FFFD}of five"));
        JobAdmin::new(world.database(), world.clock()).cancel(id).await.unwrap();
        until_state(&world, id, State::Cancelled).await;
        working.stop().await;
    }

    async fn what_a_job_reports_is_there_to_be_read(world: World) {
        let (go, gone) = watch::channel(false);
        let jobs = jobs(&world, domain(async move |_: Trial, run| {
            run.report(40, "two of five");
            let _ = gone.clone().wait_for(|gone| *gone).await;
            Ok(())
        }));
        let working = Working::start(&jobs);
        let id = enqueue(&world, Enqueue::new(&trial(""))).await;
        eventually("reported", async || row(&world, id).await.progress == 40).await;
        assert_eq!(row(&world, id).await.message.as_deref(), Some("two of five"));
        go.send(true).unwrap();
        until_state(&world, id, State::Completed).await;
        assert_eq!(row(&world, id).await.progress, 100);
        working.stop().await;
    }
}
