//! Attempts that fail, and what comes after them.

use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::SeqCst},
        mpsc,
    },
    time::Duration,
};

use ashlar_core::{
    context,
    jobs::{Enqueue, Job, table::State},
    retry::{Failure, Retry},
};
use ashlar_testkit::{World, on_each_database};
use serde::{Deserialize, Serialize};

use crate::{
    Notes, Trial, Working, domain, enqueue, failures, jobs, jobs_with, row, state, trial,
    until_state,
};

/// A job that is tried three times.
#[derive(Serialize, Deserialize)]
struct Thrice;

impl Job for Thrice {
    const NAME: &'static str = "trial.thrice";
    const RETRY: Retry = Retry {
        attempts: 3,
        first: Duration::from_secs(10),
        longest: Duration::from_secs(15),
    };
}

/// A job that may not take long.
#[derive(Serialize, Deserialize)]
struct Brief;

impl Job for Brief {
    const NAME: &'static str = "trial.brief";
    const TIMEOUT: Duration = Duration::from_millis(200);
}

const MINUTE: Duration = Duration::from_secs(60);

on_each_database! {
    async fn a_failure_is_tried_again_later_until_it_is_dead(world: World) {
        let jobs = jobs(&world, domain(async |_: Thrice, run| {
            let error = io::Error::other(format!("no luck {}, last: {}", run.attempt(), run.is_last()));
            Err(error.into())
        }));
        let id = enqueue(&world, Enqueue::new(&Thrice)).await;
        assert_eq!(jobs.drain().await, 1);
        let failed = row(&world, id).await;
        assert_eq!(failed.state, State::Scheduled);
        let wait = failed.run_at - world.now();
        assert!(wait.num_seconds() >= 5 && wait.num_seconds() <= 10, "{wait}");
        assert_eq!(jobs.drain().await, 0);

        for _ in 0..2 {
            world.turn_clock(MINUTE);
            assert_eq!(jobs.drain().await, 1);
        }
        world.turn_clock(MINUTE);
        assert_eq!(jobs.drain().await, 0);
        let dead = row(&world, id).await;
        assert_eq!((dead.state, dead.attempts), (State::Failed, 3));
        assert!(dead.finished_at.is_some() && dead.lease_until.is_none());
        let expected = ["no luck 1, last: false", "no luck 2, last: false", "no luck 3, last: true"];
        assert_eq!(failures(&dead), expected.map(|text| vec![text.to_owned()]));
    }

    async fn what_would_fail_again_is_dead_at_once(world: World) {
        let jobs = jobs(&world, domain(async |_: Trial, _| {
            Err(Failure::permanent(io::Error::other("no such mailbox")))
        }));
        let id = enqueue(&world, Enqueue::new(&trial(""))).await;
        assert_eq!(jobs.drain().await, 1);
        assert_eq!(state(&world, id).await, State::Failed);
    }

    async fn a_job_can_say_when_to_come_back(world: World) {
        let jobs = jobs(&world, domain(async |_: Trial, run| {
            if run.attempt() > 1 {
                return Ok(());
            }
            Err(Failure::after(Duration::from_secs(600), io::Error::other("busy")))
        }));
        let id = enqueue(&world, Enqueue::new(&trial(""))).await;
        assert_eq!(jobs.drain().await, 1);
        world.turn_clock(Duration::from_secs(599));
        assert_eq!(jobs.drain().await, 0);
        world.turn_clock(Duration::from_secs(1));
        assert_eq!(jobs.drain().await, 1);
        assert_eq!(state(&world, id).await, State::Completed);
    }

    async fn a_job_that_hangs_is_ended(world: World) {
        let (alive, dropped) = mpsc::channel::<()>();
        let alive = Mutex::new(Some(alive));
        let jobs = jobs(&world, domain(async move |_: Brief, _| {
            let _alive = alive.lock().unwrap().take();
            std::future::pending().await
        }));
        let id = enqueue(&world, Enqueue::new(&Brief)).await;
        assert_eq!(jobs.drain().await, 1);
        let row = row(&world, id).await;
        assert_eq!(row.state, State::Scheduled);
        assert_eq!(failures(&row), [["it took longer than 0.2 s"]]);
        let gone = dropped.recv_timeout(Duration::from_secs(5));
        assert_eq!(gone, Err(mpsc::RecvTimeoutError::Disconnected));
    }

    async fn a_panic_is_a_failure(world: World) {
        let jobs = jobs(&world, domain(async |_: Thrice, _| panic!("out of cheese")));
        let id = enqueue(&world, Enqueue::new(&Thrice)).await;
        assert_eq!(jobs.drain().await, 1);
        let row = row(&world, id).await;
        assert_eq!(row.state, State::Scheduled);
        assert_eq!(failures(&row), [["panicked: out of cheese"]]);
    }

    /// The others run, and their worker gives its signs of life, though one job has a thread for
    /// itself.
    async fn a_job_that_never_awaits_holds_up_nobody(world: World) {
        let (release, blocked) = mpsc::channel::<()>();
        let blocked = Mutex::new(blocked);
        let jobs = jobs_with(&world, domain(async move |Trial(text), _| {
            if text == "block" {
                let _ = blocked.lock().unwrap().recv();
            }
            Ok(())
        }), &[("JOBS_LEASE", "1")]);
        let working = Working::start(&jobs);
        let blocking = enqueue(&world, Enqueue::new(&trial("block"))).await;
        until_state(&world, blocking, State::Running).await;
        for _ in 0..10 {
            let id = enqueue(&world, Enqueue::new(&trial("go"))).await;
            until_state(&world, id, State::Completed).await;
        }
        world.turn_clock(Duration::from_secs(3600));
        let renewed = async || row(&world, blocking).await.lease_until > Some(world.now());
        crate::eventually("renewed", renewed).await;
        assert_eq!(row(&world, blocking).await.fence, 1);
        release.send(()).unwrap();
        until_state(&world, blocking, State::Completed).await;
        working.stop().await;
    }

    async fn a_job_goes_on_in_the_name_of_its_request(world: World) {
        let notes = Notes::default();
        let jobs = jobs(&world, {
            let notes = notes.clone();
            domain(async move |_: Trial, _| {
                notes.add(context::request_id().unwrap_or_default());
                notes.add(context::traceparent().unwrap_or_default());
                Ok(())
            })
        });
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let request = context::RequestContext::new("request-7", "POST", "/");
        request.continue_trace(trace);
        context::scope(request, async {
            enqueue(&world, Enqueue::new(&trial(""))).await;
        })
        .await;
        jobs.drain().await;
        assert_eq!(notes.all()[0], "request-7");
        assert_eq!(notes.all()[1][..36], trace[..36]);
    }

    async fn a_retry_is_begun_by_workers_that_run(world: World) {
        let tries = Arc::new(AtomicU32::new(0));
        let jobs = jobs_with(&world, domain({
            let tries = Arc::clone(&tries);
            async move |_: Thrice, _| match tries.fetch_add(1, SeqCst) {
                0 => Err(io::Error::other("not yet").into()),
                _ => Ok(()),
            }
        }), &[("JOBS_POLL_INTERVAL", "0.05")]);
        let working = Working::start(&jobs);
        let id = enqueue(&world, Enqueue::new(&Thrice)).await;
        until_state(&world, id, State::Scheduled).await;
        world.turn_clock(MINUTE);
        until_state(&world, id, State::Completed).await;
        assert_eq!(tries.load(SeqCst), 2);
        working.stop().await;
    }
}
