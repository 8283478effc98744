//! Posts, through the router, on both databases. One file a use case.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod author;
mod concurrency;
mod create;
mod delete;
mod events;
mod forget;
mod list;
mod publish;
mod read;
mod update;

use std::sync::Arc;

use ashlar_core::{
    database::Database, domain::Domain, events::outbox, principal::UserId, problem::Unexpected,
};
use ashlar_posts::{
    Posts,
    ports::{Answer, Authors},
};
use ashlar_testkit::{TestApp, TestClient, World};
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder, Statement};
use serde_json::{Value, json};

/// Everybody is registered but the user whose id is all zeros. Each question costs a statement, as
/// it does in production, so that the count of a request's statements tells how often it was asked.
struct Everybody(Database);

impl Authors for Everybody {
    fn display_names(&self, users: Vec<UserId>) -> Answer<'_, ashlar_posts::ports::Names> {
        Box::pin(async move {
            let connection = self.0.connection();
            let question = Statement::from_string(connection.get_database_backend(), "select 1");
            let answer = connection.query_one_raw(question).await;
            answer.map_err(Unexpected::from)?;
            let known = users.into_iter().filter(|user| !user.as_uuid().is_nil());
            Ok(known.map(|user| (user, name_of(user))).collect())
        })
    }
}

fn name_of(user: UserId) -> String {
    format!("Author {user}")
}

/// The domain on this world's database.
fn domain(world: &World) -> Domain {
    let authors = Arc::new(Everybody(world.database()));
    ashlar_posts::domain(Posts::new(world.database(), world.clock(), authors))
}

/// The domain on a server.
async fn serve(world: &World) -> TestApp {
    world.serve(vec![domain(world)]).await
}

/// A new draft of `author`.
async fn draft(author: &TestClient, title: &str) -> Value {
    post(author, json!({"title": title, "content": "Draft."})).await
}

/// A new post of `author` that everybody may read.
async fn published(author: &TestClient, title: &str) -> Value {
    let body = json!({"title": title, "content": "Read this.", "published": true});
    post(author, body).await
}

async fn post(author: &TestClient, body: Value) -> Value {
    let created = author.post("/api/v1/posts").json(&body).send().await;
    created.assert_status(201).json()
}

fn path_of(post: &Value) -> String {
    format!("/api/v1/posts/{}", id(post))
}

fn id(thing: &Value) -> &str {
    thing["id"].as_str().expect("it has an id")
}

/// The titles of a page, in its order.
fn titles(page: &Value) -> Vec<&str> {
    let posts = page["data"].as_array().expect("a list");
    posts
        .iter()
        .map(|post| post["title"].as_str().expect("a title"))
        .collect()
}

/// What was published, in order.
async fn outbox(world: &World) -> Vec<outbox::entity::Model> {
    outbox::entity::Entity::find()
        .order_by_asc(outbox::entity::Column::Position)
        .all(world.database().connection())
        .await
        .expect("the outbox can be read")
}

/// The names of what was published, in order.
async fn told(world: &World) -> Vec<String> {
    let events = outbox(world).await;
    events.into_iter().map(|event| event.name).collect()
}
