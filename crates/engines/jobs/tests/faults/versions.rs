//! An old process and a new one at once, as when a release rolls out.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use ashlar_core::{
    domain::Domain,
    ids::Id,
    jobs::{Job, Perform, Run},
    retry::Failure,
};
use ashlar_testkit::{World, on_each_database};
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{count_in, eventually, jobs, until_completed, while_working};

/// Greets, as the old process knows it. In its first version it had no language.
#[derive(Serialize, Deserialize)]
struct Greet {
    name: String,
    language: String,
}

impl Job for Greet {
    const NAME: &'static str = "trial.greet";
    const VERSION: u16 = 2;

    fn upgrade(_: u16, mut fields: Value) -> Result<Value, Failure> {
        fields["language"] = json!("en");
        Ok(fields)
    }
}

/// Greets, as the new process knows it.
#[derive(Serialize, Deserialize)]
struct GreetMany {
    names: Vec<String>,
    language: String,
}

impl Job for GreetMany {
    const NAME: &'static str = Greet::NAME;
    const VERSION: u16 = 3;

    fn upgrade(version: u16, fields: Value) -> Result<Value, Failure> {
        let mut fields = match version {
            1 => Greet::upgrade(1, fields)?,
            _ => fields,
        };
        fields["names"] = json!([fields["name"]]);
        Ok(fields)
    }
}

/// Notes whom it greets.
#[derive(Clone, Default)]
struct Greeter(Arc<Mutex<Vec<String>>>);

impl Greeter {
    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Perform<Greet> for Greeter {
    async fn perform(&self, Greet { name, language }: Greet, _: &Run) -> Result<(), Failure> {
        self.0.lock().unwrap().push(format!("{name} in {language}"));
        Ok(())
    }
}

impl Perform<GreetMany> for Greeter {
    async fn perform(&self, greet: GreetMany, _: &Run) -> Result<(), Failure> {
        let names = greet.names.join(" and ");
        let greeted = format!("{names} in {}", greet.language);
        self.0.lock().unwrap().push(greeted);
        Ok(())
    }
}

const OLDEST: &str = r#"{"name":"Ada"}"#;
const NEWEST: &str = r#"{"names":["Ada","Grace"],"language":"fr"}"#;

/// For longer than a job that a process does not know is put aside.
const A_WHILE: Duration = Duration::from_secs(11);

on_each_database! {
    async fn each_does_what_it_knows(world: World) {
        let (old, new) = (Greeter::default(), Greeter::default());
        let old_jobs = jobs(&world, domain::<Greet>(&old), &[]);
        let new_jobs = jobs(&world, domain::<GreetMany>(&new), &[]);
        enqueue(&world, 1, OLDEST).await;
        enqueue(&world, 3, NEWEST).await;
        let rollout = async {
            let is_done = async || count_in(&world, "version = 1 AND state = 'completed'").await == 1;
            eventually("the oldest is done", is_done).await;
            let aside = "version = 3 AND state = 'scheduled' AND attempts = 0 AND errors IS NULL";
            eventually("the newest is put aside", async || count_in(&world, aside).await == 1).await;
            while_working(&new_jobs, async {
                eventually("the newest is done", async || {
                    // The old one may come across it again, and put it aside again.
                    if count_in(&world, "state = 'scheduled'").await == 1 {
                        world.turn_clock(A_WHILE);
                    }
                    count_in(&world, "state <> 'completed'").await == 0
                })
                .await;
            })
            .await;
        };
        while_working(&old_jobs, rollout).await;
        assert_eq!(old.all(), ["Ada in en"]);
        assert_eq!(new.all(), ["Ada and Grace in fr"]);
        assert_eq!(count_in(&world, "attempts = 1").await, 2);
    }

    async fn the_new_one_does_what_the_old_ones_left(world: World) {
        let new = Greeter::default();
        enqueue(&world, 1, OLDEST).await;
        enqueue(&world, 2, r#"{"name":"Grace","language":"de"}"#).await;
        let jobs = jobs(&world, domain::<GreetMany>(&new), &[]);
        while_working(&jobs, until_completed(&world)).await;
        let mut greeted = new.all();
        greeted.sort();
        assert_eq!(greeted, ["Ada in en", "Grace in de"]);
    }
}

fn domain<J: Job>(greeter: &Greeter) -> Domain
where
    Greeter: Perform<J>,
{
    Domain::new("trial", "Tries things out").performs::<J>(greeter.clone())
}

/// A row as a process of another release wrote it.
async fn enqueue(world: &World, version: i32, payload: &str) {
    let sql = "INSERT INTO jobs (id, name, version, queue, priority, payload, state, attempts, max_attempts, run_at, \
               fence, cancel_requested, progress, created_at) \
               VALUES ($1, 'trial.greet', $2, 'default', 0, $3, 'pending', 0, 10, $4, 0, FALSE, 0, $4)";
    let values = [
        Id::<()>::new().as_uuid().into(),
        version.into(),
        payload.into(),
        world.now().into(),
    ];
    let database = world.database();
    let backend: DatabaseBackend = database.connection().get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, values);
    database.connection().execute_raw(statement).await.unwrap();
}
