//! Many jobs, many at once, many workers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use ashlar_core::jobs::{Enqueue, Job, enqueue_all, table::State};
use ashlar_testkit::{World, on_each_database};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::{
    Trial, Working, count_effects, domain, effects, enqueue, eventually, jobs_with, state, trial,
    until_state,
};

/// A job of another queue.
#[derive(Serialize, Deserialize)]
struct Mail;

impl Job for Mail {
    const NAME: &'static str = "trial.mail";
    const QUEUE: &'static str = "mail";
}

on_each_database! {
    async fn a_queue_has_room_for_as_many_as_it_was_given(world: World) {
        let running = Arc::new(AtomicUsize::new(0));
        let (go, gone) = watch::channel(false);
        let waiting = {
            let running = Arc::clone(&running);
            domain(async move |_: Mail, _| {
                running.fetch_add(1, SeqCst);
                let _ = gone.clone().wait_for(|gone| *gone).await;
                Ok(())
            })
        };
        let both = waiting.performs::<Trial>(crate::Does(async |_: Trial, _: &_| Ok(())));
        let jobs = jobs_with(&world, both, &[("JOBS_QUEUES", "mail=2")]);
        let working = Working::start(&jobs);
        let mut mails = Vec::new();
        for _ in 0..5 {
            mails.push(enqueue(&world, Enqueue::new(&Mail)).await);
        }
        eventually("two run", async || running.load(SeqCst) == 2).await;
        // A full queue holds up no other, and takes nothing in advance.
        let other = enqueue(&world, Enqueue::new(&trial(""))).await;
        until_state(&world, other, State::Completed).await;
        assert_eq!(running.load(SeqCst), 2);
        assert_eq!(state(&world, mails[4]).await, State::Pending);
        go.send(true).unwrap();
        for id in mails {
            until_state(&world, id, State::Completed).await;
        }
        assert_eq!(running.load(SeqCst), 5);
        working.stop().await;
    }

    async fn two_workers_do_each_job_once(world: World) {
        effects(&world).await;
        let (database, clock) = (world.database(), world.clock());
        let jobs = || {
            let (database, clock) = (database.clone(), clock.clone());
            let effecting = domain(async move |Trial(text), run| {
                let transaction = database.begin().await?;
                let effect = format!("INSERT INTO effects (job) VALUES ('{text}')");
                transaction.execute_unprepared(&effect).await?;
                run.complete(&transaction, clock.now()).await?;
                transaction.commit().await?;
                Ok(())
            });
            jobs_with(&world, effecting, &[("JOBS_CONCURRENCY", "16")])
        };
        let all: Vec<Trial> = (0..500).map(|number| trial(&number.to_string())).collect();
        let workers = [Working::start(&jobs()), Working::start(&jobs())];
        for part in all.chunks(50) {
            let transaction = database.begin().await.unwrap();
            enqueue_all(&transaction, part, world.now()).await.unwrap();
            transaction.commit().await.unwrap();
        }
        eventually("all done", async || count_effects(&world).await >= 500).await;
        for working in workers {
            working.stop().await;
        }
        assert_eq!(count_effects(&world).await, 500);
        let done = "SELECT id FROM jobs WHERE state = 'completed' AND attempts = 1";
        let backend = database.connection().get_database_backend();
        let statement = sea_orm::Statement::from_string(backend, done);
        let rows = database.connection().query_all_raw(statement).await.unwrap();
        assert_eq!(rows.len(), 500);
    }

    async fn an_idle_worker_begins_at_once(world: World) {
        let (begun, mut began) = tokio::sync::mpsc::unbounded_channel();
        let jobs = jobs_with(&world, domain(async move |_: Trial, _| {
            begun.send(())?;
            Ok(())
        }), &[("JOBS_POLL_INTERVAL", "3600")]);
        let working = Working::start(&jobs);
        for _ in 0..5 {
            // Long enough for the workers to fall asleep.
            tokio::time::sleep(Duration::from_millis(20)).await;
            enqueue(&world, Enqueue::new(&trial(""))).await;
            let began = tokio::time::timeout(Duration::from_secs(5), began.recv()).await;
            began.expect("it is woken").unwrap();
        }
        working.stop().await;
    }
}
