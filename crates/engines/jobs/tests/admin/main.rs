//! Schedules, what operators see and do, and tasks that users begin, on both databases.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod background;
mod cancel;
mod list;
mod log;
mod retry;
mod schedules;
mod scheduler;

use std::time::Duration;

use ashlar_core::{
    jobs::{
        Enqueue, Job, JobId, Priority,
        table::{ActiveModel, Column, Entity, Model},
    },
    principal::Permission,
};
use ashlar_jobs::{ManageJobs, ReadJobs};
use ashlar_testkit::{TestApp, TestClient, World};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};

use crate::log::told;

/// A letter to be sent.
#[derive(Serialize, Deserialize)]
struct Letter {
    to: String,
}

impl Job for Letter {
    const NAME: &'static str = "post.send";
    const QUEUE: &'static str = "post";
}

/// Accounts to be closed.
#[derive(Serialize, Deserialize)]
struct Close;

impl Job for Close {
    const NAME: &'static str = "accounts.close";
}

/// An operator, and the app.
async fn operator(world: &World) -> (TestClient, TestApp) {
    let domain = ashlar_jobs::domain(world.database(), world.clock());
    let app = world.serve(vec![domain]).await;
    let operator = app.user_with(&[ReadJobs::NAME, ManageJobs::NAME]);
    (operator, app)
}

/// Enqueues a letter.
async fn send(
    world: &World,
    to: &str,
    change: fn(Enqueue<'_, Letter>) -> Enqueue<'_, Letter>,
) -> JobId {
    let letter = Letter { to: to.to_owned() };
    let transaction = world.database().begin().await.expect("it begins");
    let enqueued = change(Enqueue::new(&letter)).within(&transaction, world.now());
    let id = enqueued.await.expect("it is enqueued");
    transaction.commit().await.expect("it is committed");
    id
}

fn as_it_comes(letter: Enqueue<'_, Letter>) -> Enqueue<'_, Letter> {
    letter
}

fn in_an_hour(letter: Enqueue<'_, Letter>) -> Enqueue<'_, Letter> {
    letter
        .after(Duration::from_secs(3600))
        .priority(Priority::High)
}

fn alone(letter: Enqueue<'_, Letter>) -> Enqueue<'_, Letter> {
    letter.unique("alone")
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("it is a time")
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

/// Writes to a job what a worker would.
async fn set(world: &World, id: JobId, changes: ActiveModel) {
    let changed = Entity::update_many()
        .set(changes)
        .filter(Column::Id.eq(id))
        .exec(world.database().connection())
        .await
        .expect("it is changed");
    assert_eq!(changed.rows_affected, 1);
}

async fn job(world: &World, id: JobId) -> Model {
    let found = Entity::find_by_id(id)
        .one(world.database().connection())
        .await;
    found.expect("the database answers").expect("it is there")
}

/// Every job of a name, in the order in which they were enqueued.
async fn jobs(world: &World, name: &str) -> Vec<Model> {
    Entity::find()
        .filter(Column::Name.eq(name))
        .order_by_asc(Column::Id)
        .all(world.database().connection())
        .await
        .expect("the database answers")
}
