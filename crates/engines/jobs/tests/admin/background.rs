//! Tasks that users begin and ask after.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};

use ashlar_core::{
    clock::Clock,
    database::{Database, Transaction},
    domain::Domain,
    jobs::{
        Job, JobId, Lost, Perform, Run,
        background::{self, BackgroundTask, Names, Status, Task, TaskError},
        table::{ActiveModel, Entity, State},
    },
    principal::UserId,
    retry::{Failure, Retry},
    settings::{Reader, Source},
};
use ashlar_jobs::{Jobs, JobsSettings};
use ashlar_testkit::{TestApp, World, on_each_database};
use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use schemars::JsonSchema;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{job, jobs, minutes, set};

/// Looks at what a user listens to.
#[derive(Serialize, Deserialize)]
struct Analyse {
    user: UserId,
}

impl Job for Analyse {
    const NAME: &'static str = "music.analyse";
    const RETRY: Retry = Retry::NEVER;
}

impl BackgroundTask for Analyse {
    const KIND: &'static str = "music.analysis";
    type Result = Taste;
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Taste {
    genre: String,
}

struct Analyst {
    database: Database,
    clock: Clock,
    deaf: Arc<AtomicBool>,
}

#[derive(Debug, thiserror::Error)]
#[error("the music could not be heard")]
struct Deaf(#[source] std::io::Error);

impl Perform<Analyse> for Analyst {
    async fn perform(&self, task: Analyse, run: &Run) -> Result<(), Failure> {
        if self.deaf.load(SeqCst) {
            return Err(Deaf(std::io::Error::other("10.0.0.7 refused")).into());
        }
        let taste = Taste {
            genre: "fado".into(),
        };
        let transaction = self.database.begin().await?;
        let now = self.clock.now();
        background::complete::<Analyse>(&transaction, run, task.user, &taste, now).await?;
        Ok(transaction.commit().await?)
    }
}

/// The domain on a server, its workers, and what makes them fail.
struct Music {
    app: TestApp,
    jobs: Jobs,
    deaf: Arc<AtomicBool>,
}

const NAMES: Names = Names {
    begin: "begin_music_analysis",
    status: "read_music_analysis_status",
    result: "read_music_analysis",
};

const BEGIN: &str = "/api/v1/music/analysis/begin";
const STATUS: &str = "/api/v1/music/analysis/status";
const RESULT: &str = "/api/v1/music/analysis/result";

async fn music(world: &World) -> Music {
    let (database, clock) = (world.database(), world.clock());
    let deaf = Arc::new(AtomicBool::new(false));
    let analyst = Analyst {
        database: database.clone(),
        clock: clock.clone(),
        deaf: Arc::clone(&deaf),
    };
    let analyse = |user| Analyse { user };
    let routes = background::routes(
        "/music/analysis",
        NAMES,
        database.clone(),
        clock.clone(),
        analyse,
    );
    let domain = Domain::new("music", "Music")
        .mount(routes)
        .performs(analyst);
    let mut reader = Reader::new(Source::from_pairs([("APP_ENV", "test")]));
    let settings = JobsSettings::read(&mut reader);
    reader.finish().expect("the defaults are sound");
    let domains = vec![domain];
    let jobs = Jobs::new(database, clock, &domains, &settings).expect("they fit together");
    Music {
        app: world.serve(domains).await,
        jobs,
        deaf,
    }
}

/// The only job that was enqueued.
async fn only_job(world: &World) -> JobId {
    let jobs = jobs(world, Analyse::NAME).await;
    assert_eq!(jobs.len(), 1);
    jobs[0].id
}

async fn transaction(world: &World) -> Transaction {
    world.database().begin().await.expect("it begins")
}

async fn begin(transaction: &Transaction, user: UserId, now: DateTime<Utc>) -> Task {
    let task = background::begin(transaction, user, &Analyse { user }, false, now).await;
    task.expect("it is begun")
}

on_each_database! {
    async fn a_task_is_begun_asked_after_and_answered(world: World) {
        let music = music(&world).await;
        let user = music.app.user();
        user.get(STATUS).send().await.assert_error(404, "NOT_FOUND");
        user.get(RESULT).send().await.assert_error(404, "NOT_FOUND");
        let created = world.now();
        let task = user.post(BEGIN).send().await.assert_status(200).json();
        assert_eq!((&task["status"], &task["progress"]), (&json!("PENDING"), &json!(0)));
        assert_eq!(task["created_at"], json!(created));
        assert_eq!((&task["started_at"], &task["completed_at"]), (&json!(null), &json!(null)));
        let early = user.get(RESULT).send().await;
        let message = early.assert_error(409, "CONFLICT").error_message();
        assert_eq!(message, "The task is not completed yet: its result is not there");
        world.turn_clock(minutes(1));
        assert_eq!(music.jobs.drain().await, 1);
        let status = user.get(STATUS).send().await;
        let status = status.assert_status(200).assert_statements(2).json();
        assert_eq!(status, json!({
            "task_id": task["task_id"],
            "status": "COMPLETED",
            "progress": 100,
            "message": null,
            "error_message": null,
            "created_at": created,
            "started_at": world.now(),
            "completed_at": world.now(),
        }));
        let result = user.get(RESULT).send().await;
        assert_eq!(result.assert_status(200).assert_statements(1).json(), json!({"genre": "fado"}));
        let other = music.app.user();
        other.get(RESULT).send().await.assert_error(404, "NOT_FOUND");
        music.app.anonymous().post(BEGIN).send().await.assert_error(401, "UNAUTHORIZED");
        let odd = user.post(format!("{BEGIN}?refresh=maybe")).send().await;
        assert_eq!(odd.assert_error(422, "VALIDATION_ERROR").error_fields(), ["refresh"]);
    }

    async fn a_completed_task_is_begun_anew_only_when_asked(world: World) {
        let music = music(&world).await;
        let user = music.app.user();
        user.post(BEGIN).send().await.assert_status(200);
        music.jobs.drain().await;
        let again = user.post(BEGIN).send().await.assert_status(200).json();
        assert_eq!(again["status"], "COMPLETED");
        only_job(&world).await;
        let refresh = format!("{BEGIN}?refresh=true");
        for _ in 0..2 {
            let anew = user.post(&refresh).send().await.assert_status(200).json();
            assert_eq!((&anew["status"], &anew["task_id"]), (&json!("PENDING"), &again["task_id"]));
            user.get(RESULT).send().await.assert_error(409, "CONFLICT");
        }
        assert_eq!(music.jobs.drain().await, 1);
        user.get(RESULT).send().await.assert_status(200);
    }

    async fn twenty_who_begin_at_once_begin_it_once(world: World) {
        let music = music(&world).await;
        let user = music.app.user();
        let begin = async || {
            let begun = join_all((0..20).map(|_| user.post(BEGIN).send())).await;
            let tasks = begun.iter().map(|task| task.assert_status(200).json());
            let mut tasks: Vec<_> = tasks.map(|task| task["task_id"].clone()).collect();
            tasks.dedup();
            assert_eq!(tasks.len(), 1);
        };
        music.deaf.store(true, SeqCst);
        begin().await;
        assert_eq!(music.jobs.drain().await, 1);
        assert_eq!(user.get(STATUS).send().await.json()["status"], "FAILED");
        music.deaf.store(false, SeqCst);
        begin().await;
        assert_eq!(music.jobs.drain().await, 1);
        assert_eq!(user.get(STATUS).send().await.json()["status"], "COMPLETED");
        assert_eq!(jobs(&world, Analyse::NAME).await.len(), 2);
    }

    async fn why_a_task_failed_is_told_without_its_causes(world: World) {
        let music = music(&world).await;
        let user = music.app.user();
        music.deaf.store(true, SeqCst);
        user.post(BEGIN).send().await.assert_status(200);
        music.jobs.drain().await;
        let failed = user.get(STATUS).send().await.assert_status(200).json();
        assert_eq!(failed["status"], "FAILED");
        assert_eq!(failed["error_message"], "the music could not be heard");
        let none = user.get(RESULT).send().await;
        let message = none.assert_error(409, "CONFLICT").error_message();
        assert_eq!(message, "The task failed: there is no result until it is begun again");
    }

    async fn a_task_is_as_far_as_its_job(world: World) {
        let music = music(&world).await;
        let user = music.app.user();
        user.post(BEGIN).send().await.assert_status(200);
        let job = only_job(&world).await;
        for (state, status, error) in [
            (State::Scheduled, "PENDING", json!(null)),
            (State::Running, "PROCESSING", json!(null)),
            (State::Cancelled, "FAILED", json!("The task was cancelled")),
            (State::Failed, "FAILED", json!("The task failed")),
            (State::Completed, "FAILED", json!("The task ended without a result")),
        ] {
            set(&world, job, ActiveModel {
                state: Set(state),
                progress: Set(30),
                message: Set(Some("Listening".into())),
                ..Default::default()
            }).await;
            let told = user.get(STATUS).send().await.assert_status(200).json();
            assert_eq!((&told["status"], &told["error_message"]), (&json!(status), &error));
            assert_eq!((&told["progress"], &told["message"]), (&json!(30), &json!("Listening")));
            if status != "FAILED" {
                let again = user.post(BEGIN).send().await.assert_status(200).json();
                assert_eq!(again["status"], status);
                only_job(&world).await;
            }
        }
        let pruned = Entity::delete_by_id(job).exec(world.database().connection()).await;
        pruned.expect("it is pruned");
        let told = user.get(STATUS).send().await.assert_status(200).json();
        assert_eq!((&told["status"], &told["progress"]), (&json!("FAILED"), &json!(0)));
        assert_eq!(told["error_message"], "The task was given up");
        user.post(BEGIN).send().await.assert_status(200);
        assert_eq!(music.jobs.drain().await, 1);
        user.get(RESULT).send().await.assert_status(200);
    }

    async fn only_the_current_job_stores_a_result(world: World) {
        let user = UserId::new();
        let database = world.database();
        let begin_again = async || {
            let transaction = transaction(&world).await;
            let task = begin(&transaction, user, world.now()).await;
            transaction.commit().await.expect("it is committed");
            task
        };
        let complete = async |job: JobId, fence: i64, genre: &str| {
            let (run, _control) = Run::new(job, 1, true, fence);
            let taste = Taste { genre: genre.into() };
            let transaction = transaction(&world).await;
            let now = world.now();
            background::complete::<Analyse>(&transaction, &run, user, &taste, now).await?;
            Ok::<(), Lost>(transaction.commit().await?)
        };
        let result = async || background::result::<Analyse>(database.connection(), user).await;
        let running = |fence| ActiveModel {
            state: Set(State::Running),
            fence: Set(fence),
            finished_at: Set(None),
            ..Default::default()
        };
        begin_again().await;
        let first = only_job(&world).await;
        set(&world, first, running(2)).await;
        // An attempt that another has taken the job from.
        assert!(matches!(complete(first, 1, "polka").await, Err(Lost::Taken)));
        assert!(matches!(result().await, Err(TaskError::NotCompleted(Status::Processing))));
        let dead = ActiveModel {
            state: Set(State::Failed),
            finished_at: Set(Some(world.now())),
            ..Default::default()
        };
        set(&world, first, dead).await;
        assert_eq!(begin_again().await.status, Status::Pending);
        let second = jobs(&world, Analyse::NAME).await[1].id;
        set(&world, second, running(1)).await;
        complete(second, 1, "fado").await.expect("it is completed");
        // The first job, retried by an operator, and later than the second.
        set(&world, first, running(3)).await;
        complete(first, 3, "polka").await.expect("it is completed");
        assert_eq!(job(&world, first).await.state, State::Completed);
        assert_eq!(result().await.expect("it is there"), Taste { genre: "fado".into() });
        let forgotten = background::forget(database.connection(), user, Analyse::KIND).await;
        forgotten.expect("it is forgotten");
        assert!(matches!(result().await, Err(TaskError::NotFound)));
    }

    async fn a_task_is_not_begun_by_a_transaction_that_is_rolled_back(world: World) {
        let user = UserId::new();
        let transaction = transaction(&world).await;
        assert_eq!(begin(&transaction, user, world.now()).await.status, Status::Pending);
        transaction.rollback().await.expect("it is rolled back");
        let database = world.database();
        let status = background::status(database.connection(), user, Analyse::KIND).await;
        assert_eq!(status.expect("the database answers"), None);
        assert!(jobs(&world, Analyse::NAME).await.is_empty());
    }
}
