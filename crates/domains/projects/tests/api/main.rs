//! Projects and tasks, through the router, on both databases. One file a use case.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod concurrency;
mod create;
mod delete;
mod forget;
mod list;
mod read;
mod task;
mod tracker;
mod update;

use std::sync::Arc;

use ashlar_core::{principal::UserId, problem::Unexpected};
use ashlar_projects::{
    Projects,
    ports::{Answer, Directory, Tracker},
};
use ashlar_testkit::{TestApp, TestClient, World};
use serde_json::{Value, json};

/// A directory in which everybody is registered but the user whose id is all zeros.
struct Everybody;

impl Directory for Everybody {
    fn exists(&self, user: UserId) -> Answer<'_, bool, Unexpected> {
        Box::pin(async move { Ok(!user.as_uuid().is_nil()) })
    }
}

/// The domain on a server, without a tracker.
async fn serve(world: &World) -> TestApp {
    serve_with(world, None).await
}

async fn serve_with(world: &World, tracker: Option<Arc<dyn Tracker>>) -> TestApp {
    let projects = Projects::new(
        world.database(),
        world.clock(),
        Arc::new(Everybody),
        tracker,
    );
    world.serve(vec![ashlar_projects::domain(projects)]).await
}

/// A new project of `owner`.
async fn project(owner: &TestClient, slug: &str) -> Value {
    let body = json!({"name": format!("Project {slug}"), "slug": slug});
    let created = owner.post("/api/v1/projects").json(&body).send().await;
    created.assert_status(201).json()
}

/// A new task of a project.
async fn task(owner: &TestClient, project: &Value, body: Value) -> Value {
    let path = format!("{}/tasks", path_of(project));
    let created = owner.post(path).json(&body).send().await;
    created.assert_status(201).json()
}

fn path_of(project: &Value) -> String {
    format!("/api/v1/projects/{}", id(project))
}

fn id(thing: &Value) -> &str {
    thing["id"].as_str().expect("it has an id")
}
