//! The worker that is measured: one process's, with the settings that it has by default.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use actix_web::rt;
use ashlar_core::{
    clock::Clock,
    database::Database,
    domain::Domain,
    jobs::{Job, Perform, Run},
    retry::Failure,
    settings::{Reader, Source},
};
use ashlar_jobs::{Jobs, JobsSettings};
use ashlar_testkit::{World, measure};
use sea_orm::{ConnectionTrait, Statement};
use serde::{Deserialize, Serialize};
use tokio::{sync::oneshot, time::sleep};

/// How long anything may take before the benchmark is given up.
const PATIENCE: Duration = Duration::from_secs(300);

/// A job in which nothing is done.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Nothing;

impl Job for Nothing {
    const NAME: &'static str = "bench.nothing";
}

/// Does nothing, and completes the job itself or leaves that to the worker.
pub(crate) struct DoNothing {
    pub(crate) done: Arc<AtomicUsize>,
    /// The database in which it completes itself.
    pub(crate) completes_in: Option<Database>,
}

impl Perform<Nothing> for DoNothing {
    async fn perform(&self, _: Nothing, run: &Run) -> Result<(), Failure> {
        if let Some(database) = &self.completes_in {
            let transaction = database.begin().await?;
            run.complete(&transaction, Clock::system().now()).await?;
            transaction.commit().await?;
        }
        self.done.fetch_add(1, SeqCst);
        Ok(())
    }
}

/// A worker that runs, and the database that it shares with who enqueues.
pub(crate) struct Working {
    pub(crate) database: Database,
    stop: oneshot::Sender<()>,
    task: rt::task::JoinHandle<()>,
}

impl Working {
    /// Starts one on `world`'s database that does the jobs of type `J` as `performer` makes it.
    pub(crate) async fn start<J: Job, P: Perform<J>>(
        world: &World,
        performer: impl FnOnce(&Database) -> P,
    ) -> Self {
        let database = measure::connect(world).await;
        let domain = Domain::new("bench", "Measures").performs::<J>(performer(&database));
        let mut reader = Reader::new(Source::from_pairs([("APP_ENV", "test")]));
        let settings = JobsSettings::read(&mut reader);
        reader.finish().expect("the defaults are sound");
        let jobs = Jobs::new(database.clone(), Clock::system(), &[domain], &settings);
        let (jobs, passing) = (jobs.expect("a worker"), database.clone());
        let (stop, stopped) = oneshot::channel();
        let task = rt::spawn(async move {
            let until_stopped = async {
                let _ = stopped.await;
            };
            tokio::select! {
                () = jobs.run(until_stopped) => {}
                () = passing.pass_signals() => {}
            }
        });
        // It looks for jobs, and listens, before there are any.
        sleep(Duration::from_millis(500)).await;
        Self {
            database,
            stop,
            task,
        }
    }

    /// Waits until `done` counts `jobs`, and each of them is written down as completed.
    pub(crate) async fn until_completed(&self, done: &AtomicUsize, jobs: usize) {
        let begun = Instant::now();
        while done.load(SeqCst) < jobs || self.count("state = 'running'").await > 0 {
            assert!(begun.elapsed() < PATIENCE, "{jobs} jobs take too long");
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// How many jobs there are of which `condition` holds.
    pub(crate) async fn count(&self, condition: &str) -> i64 {
        let connection = self.database.connection();
        let sql = format!("SELECT COUNT(*) FROM jobs WHERE {condition}");
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let row = connection.query_one_raw(statement).await.unwrap();
        row.expect("a count").try_get_by_index(0).unwrap()
    }

    /// Stops the worker, and closes the database.
    pub(crate) async fn end(self) {
        self.stop.send(()).expect("it works");
        self.task.await.expect("it ends well");
        self.database.close().await.unwrap();
    }
}
