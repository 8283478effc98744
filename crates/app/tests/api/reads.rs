//! What a read costs does not depend on how much there is: every `GET` of the contract asks the
//! database as often among many rows as among few.
//!
//! A new list fails here until [`Scene::grow`] adds rows to it, which it does by itself where `POST`
//! makes one (`create_<thing>`); a new path, until [`Scene::id_of`] knows what it names. `docs/queries.md` tells more.

use std::collections::BTreeMap;

use ashlar_app::compose;
use ashlar_core::{
    database::Transaction,
    events::Event,
    ids::Id,
    jobs::{self, Job},
};
use ashlar_events::Events;
use ashlar_testkit::{TestApp, TestClient, TestResponse, World};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    access::{admin, creations},
    operations::{self, Operation, resolve},
    register, settings, sign_in,
};

/// How many rows a list gets between the two looks: fewer than a page holds, so that all are told.
const MORE: usize = 8;

/// How often each is asked.
const ASKED: usize = 3;

/// What is no read of rows: where others are asked, what a browser's session is for, and how the
/// process is.
const ELSEWHERE: [&str; 4] = [
    "/api/v1/auth/oauth/{provider}/",
    "/api/v1/auth/csrf",
    "/api/v1/health/",
    "/api/health",
];

/// An event that is not what its name says, so that nobody can handle it; or a job that nobody does.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Trial {
    key: Uuid,
}

impl Event for Trial {
    const NAME: &'static str = "user.registered";
    const ABOUT: &'static str = "Something is tried.";

    fn key(&self) -> Uuid {
        self.key
    }
}

impl Job for Trial {
    const NAME: &'static str = "trial.try";
}

/// The assembled system, and an administrator who may read everything and owns some of each.
struct Scene {
    world: World,
    app: TestApp,
    events: Events,
    root: TestClient,
    /// What is meant by a path's parameter.
    ids: BTreeMap<String, String>,
    /// How many rows each list has by now.
    size: usize,
}

impl Scene {
    async fn set(world: &World) -> Self {
        let system = compose::system(&settings(&[]), &world.database(), &world.clock());
        let system = system.expect("it fits together");
        let app = world.serve_api(&system.api).await;
        let root = admin(world, &app).await;
        let mut scene = Self {
            world: world.clone(),
            root,
            ids: BTreeMap::new(),
            size: 0,
            events: system.workers.events,
            app,
        };
        let me = scene.read("/api/v1/auth/me").await;
        scene.ids.insert("{user_id}".to_owned(), id(&me.json()));
        scene.grow(1).await;
        for (parameter, list) in [
            ("{dead_letter_id}", "/api/v1/admin/dead-letters"),
            ("{job_id}", "/api/v1/admin/jobs"),
        ] {
            let rows = scene.read(list).await;
            let first = &rows.json()["data"][0];
            assert!(first.is_object(), "nothing is in {rows}");
            scene.ids.insert(parameter.to_owned(), id(first));
        }
        scene
    }

    /// Adds so many rows to each list. Every person is a user, signs in, and is in the audit log.
    async fn grow(&mut self, rows: usize) {
        for number in self.size..self.size + rows {
            let name = format!("n{number}");
            let author = register(&self.app, &name).await;
            let post =
                json!({ "title": format!("{name}, theirs"), "content": "…", "published": true });
            create(&author, "/api/v1/posts", post).await;
            self.make_things(number).await;
            let tasks = format!("/api/v1/projects/{}/tasks", self.id_of("{project_id}"));
            let task = create(&self.root, &tasks, json!({ "title": name })).await;
            let key = json!({ "name": name, "scopes": ["posts:read"] });
            create(&self.root, "/api/v1/auth/api-keys", key).await;
            sign_in(&self.app, "root").await;
            self.ids.entry("{task_id}".to_owned()).or_insert(task);
            self.fail_and_enqueue().await;
        }
        self.size += rows;
    }

    /// One more of each thing that the contract says how to make (`create_<thing>`).
    async fn make_things(&mut self, number: usize) {
        let document = self.app.document().as_value();
        for operation in creations(&self.app) {
            let schema = operation.body("application/json").expect("a body");
            let body = operations::nth(document, resolve(document, schema), number);
            let made = create(&self.root, &operation.path, body).await;
            let thing = operation.id().replacen("create_", "", 1);
            self.ids.entry(format!("{{{thing}_id}}")).or_insert(made);
        }
    }

    /// One more dead letter, and one more job.
    async fn fail_and_enqueue(&self) {
        let key = Id::<()>::new().as_uuid();
        self.world.publish(&Trial { key }).await;
        self.events.drain().await;
        let enqueue = async |transaction: &Transaction| {
            jobs::enqueue(transaction, &Trial { key }, self.world.now()).await
        };
        let enqueued = self.world.database().transaction(enqueue).await;
        enqueued.expect("it is enqueued");
    }

    fn id_of(&self, parameter: &str) -> &str {
        let known = self.ids.get(parameter);
        known.unwrap_or_else(|| {
            panic!(
                "nothing here is a {parameter}: have Scene::grow in {} make one",
                file!()
            )
        })
    }

    async fn read(&self, path: &str) -> TestResponse {
        let answer = self.root.get(path).send().await;
        answer.assert_status(200);
        answer
    }

    /// Each read of the contract by its path, the cheapest of some: who is asking is remembered, but
    /// not for long, and a slow machine asks later than that.
    async fn reads(&self) -> BTreeMap<String, (bool, TestResponse)> {
        let mut reads = BTreeMap::new();
        for operation in operations::all(&self.app) {
            let Some(is_list) = is_read(&self.app, &operation) else {
                continue;
            };
            let path = operation.path_of(|parameter| self.id_of(parameter));
            let mut answers = Vec::new();
            for _ in 0..ASKED {
                answers.push(self.read(&path).await);
            }
            answers.sort_by_key(TestResponse::statements);
            reads.insert(path, (is_list, answers.swap_remove(0)));
        }
        reads
    }
}

/// Whether `operation` reads a list page by page; `None` when it reads no rows.
fn is_read(app: &TestApp, operation: &Operation) -> Option<bool> {
    let schema = &operation.value["responses"]["200"]["content"]["application/json"]["schema"];
    let is_elsewhere = ELSEWHERE
        .iter()
        .any(|part| operation.path.starts_with(part));
    if operation.method != "GET" || !schema.is_object() || is_elsewhere {
        return None;
    }
    let document = app.document().as_value();
    let properties = &resolve(document, schema)["properties"];
    Some(properties["data"].is_object() && properties["pagination"].is_object())
}

/// That a list has grown, so that its costs can be compared at all.
#[track_caller]
fn assert_grown(path: &str, few: &TestResponse, many: &TestResponse) {
    let rows = |answer: &TestResponse| answer.json()["data"].as_array().map_or(0, Vec::len);
    let (few, many) = (rows(few), rows(many));
    assert!(
        few >= 1 && many >= few + MORE,
        "{path} had {few} rows and then {many}, where {MORE} more were to come: have Scene::grow in \
         {} add a row to it",
        file!()
    );
}

async fn create(client: &TestClient, path: &str, body: Value) -> String {
    let created = client.post(path).json(&body).send().await;
    id(&created.assert_status(201).json())
}

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

on_sqlite! {
    async fn a_read_costs_as_many_statements_among_many_rows_as_among_few(world: World) {
        let mut scene = Scene::set(&world).await;
        let few = scene.reads().await;
        scene.grow(MORE).await;
        let many = scene.reads().await;
        assert!(many.values().filter(|(is_list, _)| *is_list).count() >= 10, "the lists are gone");
        for (path, (is_list, answer)) in &many {
            let (_, before) = &few[path];
            if *is_list {
                assert_grown(path, before, answer);
            }
            answer.assert_statements(before.statements());
        }
    }

    /// That a list is noticed to which nothing was added.
    async fn a_list_that_has_not_grown_is_noticed(world: World) {
        let scene = Scene::set(&world).await;
        let read = scene.read("/api/v1/projects").await;
        let told = std::panic::catch_unwind(|| assert_grown("/api/v1/projects", &read, &read));
        assert!(told.is_err());
    }
}
