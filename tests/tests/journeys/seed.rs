//! `cargo xtask seed`: a database that is worth looking at, filled once.

use std::{collections::BTreeSet, path::Path, process::Command};

use ashlar_testkit::{AshlarProcess, TestClient, World, on_each_database};
use serde_json::{Value, json};

use crate::{
    command::{Ended, run},
    people::SECRET_KEY,
};

on_each_database! {
    async fn a_database_is_filled_once(world: World) {
        let first = seed(world.database_url()).await;
        for told in ["admin@example.com", "grace.mason@example.com", "level and plumb"] {
            assert!(first.succeeded().contains(told), "{told:?} is not told: {first:#?}");
        }
        let variables = [("DATABASE_URL", world.database_url()), ("SECRET_KEY", SECRET_KEY)];
        let process = AshlarProcess::start(&variables).await;
        let (admin, grace) = (sign_in(&process, "admin").await, sign_in(&process, "grace.mason").await);

        let users = all(&admin, "/api/v1/users").await;
        assert_eq!(users.len(), 61);
        assert_eq!(values(&users, "status"), ["active", "suspended"]);
        let me = grace.get("/api/v1/auth/me").send().await.json();
        let projects = all(&grace, "/api/v1/projects").await;
        let website = projects.iter().find(|project| project["slug"] == "website-relaunch");
        let tasks = format!("/api/v1/projects/{}/tasks", text(&website.unwrap()["id"]));
        let mine = format!("/api/v1/users/{}/posts", text(&me["id"]));
        for list in ["/api/v1/projects", &tasks, "/api/v1/posts", &mine] {
            let page = grace.get(list).send().await.assert_status(200).json();
            assert_eq!(page["pagination"]["has_next"], true, "{list} has one page");
        }
        let tasks = all(&grace, &tasks).await;
        assert_eq!(values(&tasks, "status"), ["cancelled", "done", "in_progress", "todo"]);
        assert_eq!(values(&tasks, "priority").len(), 4);
        assert!(tasks.iter().any(|task| task["due_date"].is_string()));
        assert_eq!(values(&all(&grace, &mine).await, "published"), ["false", "true"]);
        assert_eq!(all(&grace, "/api/v1/auth/api-keys").await.len(), 3);
        let sessions = all(&grace, "/api/v1/auth/sessions").await;
        assert_eq!(sessions.len(), 4, "three devices, and this one: {sessions:#?}");

        let second = seed(world.database_url()).await;
        assert!(second.succeeded().contains("nothing was added"), "{second:#?}");
        assert_eq!(all(&admin, "/api/v1/users").await.len(), 61);
        assert_eq!(all(&grace, "/api/v1/projects").await.len(), projects.len());
    }
}

async fn seed(database: &str) -> Ended {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["run", "--quiet", "--package", "xtask", "--", "seed"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .env("DATABASE_URL", database)
        .env("SECRET_KEY", SECRET_KEY)
        .env("APP_ENV", "development");
    run(cargo, "").await
}

async fn sign_in(process: &AshlarProcess, name: &str) -> TestClient {
    let body = json!({"email": format!("{name}@example.com"), "password": "level and plumb"});
    let answer = process
        .anonymous()
        .post("/api/v1/auth/login")
        .json(&body)
        .send()
        .await;
    let tokens = answer.assert_status(200).json();
    process.bearer(text(&tokens["access_token"]))
}

/// Every row of a list, page by page.
async fn all(client: &TestClient, path: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let mut request = client.get(path);
        if let Some(cursor) = &after {
            request = request.query("after", cursor);
        }
        let page = request.send().await.assert_status(200).json();
        rows.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["pagination"]["next_cursor"].as_str() {
            Some(cursor) => after = Some(cursor.to_owned()),
            None => return rows,
        }
    }
}

/// The different values of a field, sorted.
fn values(rows: &[Value], field: &str) -> Vec<String> {
    let values: BTreeSet<String> = rows.iter().map(|row| text(&row[field])).collect();
    values.into_iter().collect()
}

/// A value as text.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
