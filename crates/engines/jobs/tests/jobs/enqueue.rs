//! Putting jobs into the queue: with the transaction, later, sooner, once.

use std::time::Duration;

use ashlar_core::jobs::{Enqueue, Priority, enqueue_all, table::State};
use ashlar_testkit::{World, on_each_database};

use crate::{Notes, Trial, domain, enqueue, jobs, row, state, trial};

on_each_database! {
    async fn a_job_goes_with_its_transaction(world: World) {
        let notes = Notes::default();
        let jobs = jobs(&world, noting(&notes));
        let transaction = world.database().begin().await.unwrap();
        Enqueue::new(&trial("never")).within(&transaction, world.now()).await.unwrap();
        transaction.rollback().await.unwrap();
        assert_eq!(jobs.drain().await, 0);

        let id = enqueue(&world, Enqueue::new(&trial("now"))).await;
        assert_eq!(jobs.drain().await, 1);
        assert_eq!(notes.all(), ["now"]);
        let row = row(&world, id).await;
        assert_eq!((row.state, row.progress, row.attempts), (State::Completed, 100, 1));
        assert_eq!(row.finished_at, Some(world.now()));
        assert_eq!(row.lease_until, None);
        assert_eq!(jobs.drain().await, 0);
    }

    async fn a_delayed_job_begins_when_its_time_has_come(world: World) {
        let notes = Notes::default();
        let jobs = jobs(&world, noting(&notes));
        let job = trial("later");
        let id = enqueue(&world, Enqueue::new(&job).after(Duration::from_secs(60))).await;
        assert_eq!(jobs.drain().await, 0);
        world.turn_clock(Duration::from_secs(59));
        assert_eq!(jobs.drain().await, 0);
        assert_eq!(state(&world, id).await, State::Scheduled);
        world.turn_clock(Duration::from_secs(1));
        assert_eq!(jobs.drain().await, 1);
        assert_eq!(state(&world, id).await, State::Completed);
    }

    async fn the_urgent_goes_first_and_then_what_was_there_first(world: World) {
        let notes = Notes::default();
        let jobs = jobs(&world, noting(&notes));
        for (text, priority) in [
            ("low", Priority::Low),
            ("first", Priority::Normal),
            ("second", Priority::Normal),
            ("high", Priority::High),
        ] {
            enqueue(&world, Enqueue::new(&trial(text)).priority(priority)).await;
        }
        assert_eq!(jobs.drain().await, 4);
        assert_eq!(notes.all(), ["high", "first", "second", "low"]);
    }

    async fn a_key_is_taken_until_its_job_is_over(world: World) {
        let notes = Notes::default();
        let jobs = jobs(&world, noting(&notes));
        let job = trial("once");
        let (one, other) = tokio::join!(
            enqueue(&world, Enqueue::new(&job).unique("key")),
            enqueue(&world, Enqueue::new(&job).unique("key")),
        );
        assert_eq!(one, other);
        let different = enqueue(&world, Enqueue::new(&job).unique("another")).await;
        assert_ne!(one, different);
        assert_eq!(jobs.drain().await, 2);
        let again = enqueue(&world, Enqueue::new(&job).unique("key")).await;
        assert_ne!(one, again);
        assert_eq!(jobs.drain().await, 1);
    }

    async fn many_go_in_at_once(world: World) {
        let notes = Notes::default();
        let jobs = jobs(&world, noting(&notes));
        let all: Vec<Trial> = (0..20).map(|number| trial(&number.to_string())).collect();
        let transaction = world.database().begin().await.unwrap();
        enqueue_all(&transaction, &all, world.now()).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(jobs.drain().await, 20);
        let expected: Vec<String> = (0..20).map(|number| number.to_string()).collect();
        assert_eq!(notes.all(), expected);
    }
}

fn noting(notes: &Notes) -> ashlar_core::domain::Domain {
    let notes = notes.clone();
    domain(async move |Trial(text), _| {
        notes.add(text);
        Ok(())
    })
}
