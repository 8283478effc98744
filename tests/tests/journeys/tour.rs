//! The README's tour: register, sign in, create, list, change; and the mail that follows a post.

use std::{fs, path::Path, process::Command};

use ashlar_testkit::{AshlarProcess, World, on_each_database};
use chrono::{DateTime, Utc};
use serde_json::{Deserializer, Value, json};

use crate::{
    command::run,
    people::{PASSWORD, column, create_project, email, register, sign_in},
};

/// Where the README's session expects the API.
const ADDRESS: &str = "http://127.0.0.1:8000";

/// The README cannot rot: what stands there is run as it stands there.
#[tokio::test]
async fn the_readmes_session_works_as_it_stands_there() {
    let process = AshlarProcess::start(&[]).await;
    let session =
        session("## A tour with curl") + &session("## Post → event → mail in three commands");
    assert_eq!(
        session.matches(ADDRESS).count(),
        1,
        "the address is told once: {session}"
    );
    let mut bash = Command::new("bash");
    bash.args([
        "-euo",
        "pipefail",
        "-c",
        &session.replace(ADDRESS, process.url()),
    ]);
    bash.current_dir(process.folder());

    let ended = run(bash, "").await;
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    let answers: Vec<Value> = Deserializer::from_str(&ended.stdout)
        .into_iter()
        .collect::<Result<_, _>>()
        .unwrap_or_else(|error| panic!("{error}: {ended:#?}"));

    let [
        user,
        tasks @ ..,
        first,
        second,
        changed,
        late,
        post,
        mailbox,
    ] = answers.as_slice()
    else {
        panic!("too few answers: {answers:#?}");
    };
    assert_eq!(user["email"], "ada@example.com");
    let titles: Vec<&Value> = tasks.iter().map(|task| &task["title"]).collect();
    assert_eq!(titles, ["Build", "Fuel", "Fly"]);
    assert_eq!(column(first, "title"), ["Build", "Fly"]);
    assert_eq!(column(second, "title"), ["Fuel"]);
    assert_eq!(first["pagination"]["has_next"], true);
    assert_eq!(second["pagination"]["has_next"], false);
    assert_eq!(
        (&changed["name"], &changed["version"]),
        (&json!("Apollo 11"), &json!(2))
    );
    assert_eq!(late["error"]["code"], "PRECONDITION_FAILED");
    assert_eq!(post["title"], "On arches");
    let subjects = column(mailbox, "subject");
    assert_eq!(subjects, ["New post: On arches", "Welcome to Ashlar"]);
}

/// The shell code below this heading of the README.
fn session(heading: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = fs::read_to_string(path).unwrap();
    let (_, section) = readme
        .split_once(heading)
        .unwrap_or_else(|| panic!("the README has no {heading:?}"));
    let (_, code) = section
        .split_once("```sh\n")
        .expect("the section has shell code");
    let (code, _) = code.split_once("```").expect("the code has an end");
    code.to_owned()
}

on_each_database! {
    /// The same, with a client that reads JSON.
    async fn a_json_client_takes_the_tour(world: World) {
        let process = AshlarProcess::start(&[("DATABASE_URL", world.database_url())]).await;
        let ada = register(&process, "ada").await;

        let project = create_project(&ada, "apollo").await;
        assert_eq!(project["version"], 1);
        let tasks = format!("/api/v1/projects/{}/tasks", project["id"].as_str().unwrap());
        for title in ["Build", "Fuel", "Fly"] {
            let added = ada.post(&tasks).json(&json!({ "title": title })).send().await;
            assert_eq!(added.assert_status(201).json()["project_id"], project["id"]);
        }

        let page = ada.get(&tasks).query("limit", 2).query("sort", "title").send().await;
        let page = page.assert_status(200).json();
        assert_eq!(column(&page, "title"), ["Build", "Fly"]);
        let cursor = page["pagination"]["next_cursor"].as_str().unwrap();
        let rest = ada.get(&tasks).query("limit", 2).query("sort", "title").query("after", cursor);
        let rest = rest.send().await.assert_status(200).json();
        assert_eq!(column(&rest, "title"), ["Fuel"]);
        assert_eq!(rest["pagination"]["next_cursor"], Value::Null);

        let path = format!("/api/v1/projects/{}", project["id"].as_str().unwrap());
        let rename = |name| ada.patch(&path).header("if-match", "\"1\"").json(&json!({ "name": name }));
        let renamed = rename("Apollo 11").send().await;
        assert_eq!(renamed.assert_status(200).header("etag"), Some("\"2\""));
        rename("Apollo 13").send().await.assert_error(412, "PRECONDITION_FAILED");
        let now = ada.get(&path).send().await;
        assert_eq!(now.json()["name"], "Apollo 11");
        let unchanged = ada.get(&path).header("if-none-match", "\"2\"").send().await;
        unchanged.assert_status(304);
    }

    /// What is somebody else's cannot be told from what is not there.
    async fn a_second_user_sees_nothing_of_it(world: World) {
        let process = AshlarProcess::start(&[("DATABASE_URL", world.database_url())]).await;
        let ada = register(&process, "ada").await;
        let bob = register(&process, "bob").await;
        let project = create_project(&ada, "apollo").await;
        let path = format!("/api/v1/projects/{}", project["id"].as_str().unwrap());
        let tasks = format!("{path}/tasks");
        let added = ada.post(&tasks).json(&json!({ "title": "Fly" })).send().await;
        let task = format!("/api/v1/tasks/{}", added.json()["id"].as_str().unwrap());

        let list = bob.get("/api/v1/projects").send().await;
        assert_eq!(list.assert_status(200).json()["data"], json!([]));
        for path in [&path, &tasks, &task] {
            bob.get(path).send().await.assert_error(404, "NOT_FOUND");
        }
        let change = bob.patch(&path).header("if-match", "*").json(&json!({ "name": "Mine" }));
        change.send().await.assert_error(404, "NOT_FOUND");
        let deletion = bob.delete(&task).header("if-match", "*");
        deletion.send().await.assert_error(404, "NOT_FOUND");
        bob.get("/api/v1/users").send().await.assert_error(403, "FORBIDDEN");
        process.anonymous().get(&path).send().await.assert_error(401, "UNAUTHORIZED");
        ada.get(&task).send().await.assert_status(200);

        // The same slug is free for another owner.
        create_project(&bob, "apollo").await;
    }

    /// An address is one user's, whatever its case, and its password opens it alone.
    async fn an_address_is_registered_once(world: World) {
        let process = AshlarProcess::start(&[("DATABASE_URL", world.database_url())]).await;
        register(&process, "ada").await;
        let again = json!({ "email": "ADA@Example.com", "display_name": "A", "password": PASSWORD });
        let again = process.anonymous().post("/api/v1/users").json(&again).send().await;
        again.assert_error(409, "CONFLICT");
        assert_eq!(again.error_message(), "Email already registered");
        sign_in(&process, "ADA@EXAMPLE.COM").await;

        for (address, password) in [(email("ada"), "wrong horse"), (email("bob"), PASSWORD)] {
            let body = json!({ "email": address, "password": password });
            let refused = process.anonymous().post("/api/v1/auth/login").json(&body).send().await;
            refused.assert_error(401, "UNAUTHORIZED");
            assert_eq!(refused.error_message(), "Invalid credentials");
        }
    }
    /// Times are in UTC, and each change is dated.
    async fn times_are_utc_and_every_change_is_dated(world: World) {
        let process = AshlarProcess::start(&[("DATABASE_URL", world.database_url())]).await;
        let ada = register(&process, "ada").await;
        let made = create_project(&ada, "apollo").await;
        let path = format!("/api/v1/projects/{}", made["id"].as_str().unwrap());
        let change = ada.patch(&path).header("if-match", "*").json(&json!({ "name": "Other" }));
        let changed = change.send().await.assert_status(200).json();
        assert_eq!(time(&made["created_at"]), time(&made["updated_at"]));
        assert_eq!(made["created_at"], changed["created_at"]);
        assert!(time(&changed["updated_at"]) > time(&made["updated_at"]), "{made} {changed}");
        assert_eq!(ada.get(&path).send().await.json(), changed, "what was answered is kept");
    }
}

/// A time of ours (RFC 3339), which says by itself that it is UTC.
fn time(text: &Value) -> DateTime<Utc> {
    let text = text.as_str().unwrap();
    assert!(text.ends_with('Z'), "{text}");
    text.parse().unwrap()
}
