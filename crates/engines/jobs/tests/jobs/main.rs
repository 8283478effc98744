//! The workers, on both databases. One file a topic.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod attempts;
mod cancel;
mod enqueue;
mod lease;
mod many;
mod refused;
mod speed;
mod stop;
mod upkeep;
mod versions;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use ashlar_core::{
    clock::Clock,
    domain::Domain,
    jobs::{
        Enqueue, Job, JobId, Perform, Run,
        table::{Entity, Model, State},
    },
    retry::Failure,
    settings::{Reader, Source},
};
use ashlar_jobs::{Jobs, JobsSettings};
use ashlar_testkit::World;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde::{Deserialize, Serialize};
use tokio::{sync::oneshot, task::JoinHandle};

/// How long anything may take that should be quick.
const PATIENCE: Duration = Duration::from_secs(20);

/// A job that is whatever its performer makes of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Trial(String);

impl Job for Trial {
    const NAME: &'static str = "trial.try";
}

fn trial(text: &str) -> Trial {
    Trial(text.to_owned())
}

/// A performer made of a closure.
struct Does<F>(F);

impl<J: Job, F> Perform<J> for Does<F>
where
    F: AsyncFn(J, &Run) -> Result<(), Failure> + Send + Sync + 'static,
{
    async fn perform(&self, job: J, run: &Run) -> Result<(), Failure> {
        (self.0)(job, run).await
    }
}

/// A domain in which jobs of type `J` are done so.
fn domain<J: Job, F>(perform: F) -> Domain
where
    F: AsyncFn(J, &Run) -> Result<(), Failure> + Send + Sync + 'static,
{
    Domain::new("trial", "Tries things out").performs::<J>(Does(perform))
}

/// What jobs noted, in the order in which they did.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn add(&self, note: impl Into<String>) {
        self.0.lock().unwrap().push(note.into());
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

fn jobs(world: &World, domain: Domain) -> Jobs {
    jobs_with(world, domain, &[])
}

fn jobs_with(world: &World, domain: Domain, settings: &[(&str, &str)]) -> Jobs {
    jobs_by(world.clock(), world, domain, settings)
}

/// Workers that go by `clock`.
fn jobs_by(clock: Clock, world: &World, domain: Domain, settings: &[(&str, &str)]) -> Jobs {
    let defaults = [("JOBS_SHUTDOWN_TIMEOUT", "20"), ("JOBS_THREADS", "2")];
    let settings = defaults.iter().chain(settings).copied();
    let mut reader = Reader::new(Source::from_pairs(settings));
    let settings = JobsSettings::read(&mut reader);
    reader.finish().expect("the settings are sound");
    Jobs::new(world.database(), clock, &[domain], &settings).expect("it fits together")
}

async fn enqueue<J: Job>(world: &World, enqueue: Enqueue<'_, J>) -> JobId {
    let transaction = world.database().begin().await.unwrap();
    let id = enqueue.within(&transaction, world.now()).await.unwrap();
    transaction.commit().await.unwrap();
    id
}

async fn row(world: &World, id: JobId) -> Model {
    let database = world.database();
    let row = Entity::find_by_id(id).one(database.connection()).await;
    row.unwrap().expect("there is such a job")
}

async fn state(world: &World, id: JobId) -> State {
    row(world, id).await.state
}

/// The failures of a job, each as its chain.
fn failures(row: &Model) -> Vec<Vec<String>> {
    #[derive(Deserialize)]
    struct Entry {
        chain: Vec<String>,
    }
    let entries: Vec<Entry> = serde_json::from_str(row.errors.as_deref().unwrap_or("[]")).unwrap();
    entries.into_iter().map(|entry| entry.chain).collect()
}

/// Makes a table that jobs write their effects into.
async fn effects(world: &World) {
    execute(world, "CREATE TABLE effects (job VARCHAR(50) NOT NULL)").await;
}

async fn count_effects(world: &World) -> usize {
    let database = world.database();
    let rows = database
        .connection()
        .query_all_raw(sea_orm::Statement::from_string(
            database.connection().get_database_backend(),
            "SELECT job FROM effects",
        ));
    rows.await.unwrap().len()
}

async fn execute(world: &World, sql: &str) {
    let database = world.database();
    database.connection().execute_unprepared(sql).await.unwrap();
}

/// Workers that run.
struct Working {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Working {
    fn start(jobs: &Jobs) -> Self {
        let (stop, stopped) = oneshot::channel();
        let jobs = jobs.clone();
        let task = tokio::spawn(async move {
            jobs.run(async {
                let _ = stopped.await;
            })
            .await;
        });
        Self { stop, task }
    }

    /// Ends them as SIGTERM does.
    async fn stop(self) {
        self.stop.send(()).expect("they work");
        let ended = tokio::time::timeout(PATIENCE, self.task).await;
        ended.expect("they end").expect("they end well");
    }

    /// Ends them as SIGKILL does.
    async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

/// Waits until it is so.
async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let patience = tokio::time::Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(tokio::time::Instant::now() < patience, "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn until_state(world: &World, id: JobId, wanted: State) {
    eventually(wanted.as_str(), async || state(world, id).await == wanted).await;
}
