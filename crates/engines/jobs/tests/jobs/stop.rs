//! Workers that are told to stop.

use std::time::Duration;

use ashlar_core::jobs::{Enqueue, table::State};
use ashlar_testkit::{World, on_each_database};
use tokio::sync::watch;

use crate::{
    Notes, Trial, Working, domain, enqueue, jobs, jobs_with, row, state, trial, until_state,
};

on_each_database! {
    async fn what_runs_may_finish_and_nothing_begins(world: World) {
        let (go, gone) = watch::channel(false);
        let jobs = jobs_with(&world, domain(async move |_: Trial, _| {
            let _ = gone.clone().wait_for(|gone| *gone).await;
            Ok(())
        }), &[("JOBS_CONCURRENCY", "1")]);
        let working = Working::start(&jobs);
        let runs = enqueue(&world, Enqueue::new(&trial("runs"))).await;
        until_state(&world, runs, State::Running).await;
        let waits = enqueue(&world, Enqueue::new(&trial("waits"))).await;
        let (stopped, ()) = tokio::join!(working.stop(), async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            go.send(true).unwrap();
        });
        let () = stopped;
        assert_eq!(state(&world, runs).await, State::Completed);
        assert_eq!(state(&world, waits).await, State::Pending);
        assert_eq!(row(&world, waits).await.attempts, 0);
    }

    async fn what_does_not_finish_is_asked_to_end_and_handed_back(world: World) {
        let notes = Notes::default();
        let jobs = jobs_with(&world, {
            let notes = notes.clone();
            domain(async move |Trial(text), run| {
                run.cancelled().await;
                notes.add(text.clone());
                if text == "stubborn" {
                    std::future::pending::<()>().await;
                }
                Ok(())
            })
        }, &[("JOBS_SHUTDOWN_TIMEOUT", "0.1")]);
        let working = Working::start(&jobs);
        let polite = enqueue(&world, Enqueue::new(&trial("polite"))).await;
        let stubborn = enqueue(&world, Enqueue::new(&trial("stubborn"))).await;
        until_state(&world, polite, State::Running).await;
        until_state(&world, stubborn, State::Running).await;
        working.stop().await;
        let mut asked = notes.all();
        asked.sort();
        assert_eq!(asked, ["polite", "stubborn"]);
        for id in [polite, stubborn] {
            let row = row(&world, id).await;
            assert_eq!((row.state, row.attempts, row.fence), (State::Pending, 0, 2));
            assert_eq!((row.lease_until, row.errors), (None, None));
        }
    }

    async fn others_take_up_what_was_handed_back(world: World) {
        let jobs = jobs_with(
            &world,
            domain(async |_: Trial, _| std::future::pending().await),
            &[("JOBS_SHUTDOWN_TIMEOUT", "0")],
        );
        let id = enqueue(&world, Enqueue::new(&trial(""))).await;
        let working = Working::start(&jobs);
        until_state(&world, id, State::Running).await;
        working.stop().await;
        let others = self::jobs(&world, domain(async |_: Trial, run| {
            assert_eq!(run.attempt(), 1);
            Ok(())
        }));
        assert_eq!(others.drain().await, 1);
        assert_eq!(state(&world, id).await, State::Completed);
    }
}
