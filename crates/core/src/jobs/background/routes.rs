//! The three routes of a task.

use chrono::{DateTime, Utc};
use garde::Validate;
use schemars::JsonSchema;
use sea_orm::DbErr;
use serde::Deserialize;

use super::{BackgroundTask, Task, TaskError, begin, result, status};
use crate::{
    clock::Clock,
    database::Database,
    http::{Body, Route},
    principal::{Principal, UserId},
    problem::{Code, Problem, Unexpected},
    valid::ValidQuery,
};

/// What the operations of a task are called in the contract.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// `begin_music_analysis`.
    pub begin: &'static str,
    /// `read_music_analysis_status`.
    pub status: &'static str,
    /// `read_music_analysis`.
    pub result: &'static str,
}

/// How to begin.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Begin {
    /// Whether to begin a completed task anew.
    #[garde(skip)]
    refresh: bool,
}

const BEGIN: &str = "A task that is under way or completed is left alone, and answered; a failed \
    one is begun again, and with `refresh=true` a completed one too.";

/// The routes `POST {path}/begin`, `GET {path}/status` and `GET {path}/result` of the signed-in
/// user's task; `task` makes what is to be done for a user.
///
/// ```
/// # use ashlar_core::{clock::Clock, database::Database, domain::Domain, jobs::{Job, background}, principal::UserId};
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Analyse { user: UserId }
/// # impl Job for Analyse { const NAME: &'static str = "music.analyse"; }
/// impl background::BackgroundTask for Analyse {
///     const KIND: &'static str = "music.analysis";
///     type Result = String;
/// }
///
/// fn domain(database: Database, clock: Clock) -> Domain {
///     const NAMES: background::Names = background::Names {
///         begin: "begin_music_analysis",
///         status: "read_music_analysis_status",
///         result: "read_music_analysis",
///     };
///     let analyse = |user| Analyse { user };
///     Domain::new("music", "Music")
///         .mount(background::routes("/music/analysis", NAMES, database, clock, analyse))
/// }
/// ```
pub fn routes<T: BackgroundTask>(
    path: &str,
    names: Names,
    database: Database,
    clock: Clock,
    task: impl Fn(UserId) -> T + Clone + Send + Sync + 'static,
) -> [Route; 3] {
    let readers = database.clone();
    let begins = move |user: Principal, query: ValidQuery<Begin>| {
        let (database, now) = (database.clone(), clock.now());
        let (user, task) = (user.user_id, task(user.user_id));
        async move { begun(&database, user, &task, query.0.refresh, now).await }
    };
    let statuses = {
        let database = readers.clone();
        move |user: Principal| {
            let database = database.clone();
            async move { told::<T>(&database, user.user_id).await }
        }
    };
    let results = move |user: Principal| {
        let database = readers.clone();
        async move { finished::<T>(&database, user.user_id).await }
    };
    [
        Route::post(&format!("{path}/begin"), begins)
            .named(names.begin, "Begin the task")
            .about(BEGIN),
        Route::get(&format!("{path}/status"), statuses)
            .named(names.status, "Read how far the task is")
            .fails(&[Code::NotFound]),
        Route::get(&format!("{path}/result"), results)
            .named(names.result, "Read what came of the task")
            .about("While the task is not completed: 409.")
            .fails(&[Code::NotFound, Code::Conflict]),
    ]
}

async fn begun<T: BackgroundTask>(
    database: &Database,
    user: UserId,
    task: &T,
    refresh: bool,
    now: DateTime<Utc>,
) -> Result<Body<Task>, Problem> {
    let outcome: Result<Task, DbErr> = database
        .transaction(async |transaction| begin(transaction, user, task, refresh, now).await)
        .await;
    Ok(Body(outcome.map_err(Unexpected::from)?))
}

async fn told<T: BackgroundTask>(
    database: &Database,
    user: UserId,
) -> Result<Body<Task>, TaskError> {
    let task = status(database.connection(), user, T::KIND).await?;
    task.map(Body).ok_or(TaskError::NotFound)
}

async fn finished<T: BackgroundTask>(
    database: &Database,
    user: UserId,
) -> Result<Body<T::Result>, TaskError> {
    result::<T>(database.connection(), user).await.map(Body)
}
