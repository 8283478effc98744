//! Jobs of another version than this process knows.

use std::time::Duration;

use ashlar_core::{
    jobs::{Enqueue, Job, table::State},
    retry::Failure,
};
use ashlar_testkit::{World, on_each_database};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Notes, Trial, domain, enqueue, execute, failures, jobs, row, state, trial};

#[derive(Serialize, Deserialize)]
struct Greet {
    name: String,
    language: String,
}

impl Job for Greet {
    const NAME: &'static str = "trial.greet";
    const VERSION: u16 = 2;

    fn upgrade(_version: u16, mut fields: Value) -> Result<Value, Failure> {
        fields["language"] = json!("en");
        Ok(fields)
    }
}

on_each_database! {
    async fn an_older_one_is_upgraded(world: World) {
        let notes = Notes::default();
        let jobs = jobs(&world, noting(&notes));
        let id = enqueue(&world, Enqueue::new(&ada())).await;
        execute(&world, r#"UPDATE jobs SET version = 1, payload = '{"name":"Ada"}'"#).await;
        assert_eq!(jobs.drain().await, 1);
        assert_eq!(notes.all(), ["Ada en"]);
        assert_eq!(state(&world, id).await, State::Completed);
    }

    async fn a_newer_one_waits_for_who_knows_it(world: World) {
        let notes = Notes::default();
        let jobs = jobs(&world, noting(&notes));
        let id = enqueue(&world, Enqueue::new(&ada())).await;
        execute(&world, "UPDATE jobs SET version = 3").await;
        assert_eq!(jobs.drain().await, 0);
        let untouched = row(&world, id).await;
        assert_eq!((untouched.state, untouched.attempts), (State::Scheduled, 0));
        assert!(untouched.run_at > world.now());

        execute(&world, "UPDATE jobs SET version = 2").await;
        world.turn_clock(Duration::from_secs(60));
        assert_eq!(jobs.drain().await, 1);
        assert_eq!(notes.all(), ["Ada fr"]);
    }

    async fn a_job_that_nobody_here_knows_waits_too(world: World) {
        let jobs = jobs(&world, domain(async |_: Greet, _| Ok(())));
        let id = enqueue(&world, Enqueue::new(&trial(""))).await;
        let known = enqueue(&world, Enqueue::new(&ada())).await;
        assert_eq!(jobs.drain().await, 1);
        assert_eq!(state(&world, id).await, State::Scheduled);
        assert_eq!(state(&world, known).await, State::Completed);
    }

    async fn what_cannot_be_read_is_dead(world: World) {
        let jobs = jobs(&world, domain(async |_: Trial, _| Ok(())));
        let id = enqueue(&world, Enqueue::new(&trial(""))).await;
        execute(&world, "UPDATE jobs SET payload = '7'").await;
        assert_eq!(jobs.drain().await, 1);
        let row = row(&world, id).await;
        assert_eq!(row.state, State::Failed);
        let chain = &failures(&row)[0];
        assert!(chain[0].contains(Trial::NAME), "{:?}", row.errors);
        assert!(chain[1].contains("invalid type"), "{:?}", row.errors);
    }
}

fn ada() -> Greet {
    Greet {
        name: "Ada".to_owned(),
        language: "fr".to_owned(),
    }
}

fn noting(notes: &Notes) -> ashlar_core::domain::Domain {
    let notes = notes.clone();
    domain(async move |greet: Greet, _| {
        notes.add(format!("{} {}", greet.name, greet.language));
        Ok(())
    })
}
