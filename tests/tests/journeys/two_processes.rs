//! Two servers on one database.

use std::fs;

use ashlar_testkit::{AshlarProcess, Backend, TestClient, TestResponse, World, on_each_database};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::people::{SECRET_KEY, column, create_project, register};

/// How often two race for the same version.
const ROUNDS: i64 = 25;

on_each_database! {
    /// Both come up, though both find nothing there: one migrates, the other waits.
    async fn both_start_at_once_on_an_empty_database(world: World) {
        let url = empty_database(&world).await;
        let (one, other) = start_both(&url).await;
        let migrated = |process: &AshlarProcess| process.output().matches("migration applied").count();
        let ada = register(&one, "ada").await;
        let elsewhere = other.bearer(ada.token().unwrap());
        elsewhere.get("/api/v1/auth/me").send().await.assert_status(200);
        let status = one.command(&["migrate", "status"]).await;
        let status = crate::command::run(status, "").await;
        let count = status.succeeded().lines().count();
        assert_eq!(status.stdout.matches("applied").count(), count, "{status:#?}");
        let both = (migrated(&one), migrated(&other));
        assert_eq!(both.0 + both.1, count, "each migration runs once: {both:?}");
    }

    /// With the same key, what one hands out the other understands.
    async fn tokens_and_cursors_of_one_work_on_the_other(world: World) {
        let (one, other) = start_both(world.database_url()).await;
        let ada = register(&one, "ada").await;
        let elsewhere = other.bearer(ada.token().unwrap());
        for slug in ["a", "b", "c"] {
            create_project(&ada, slug).await;
        }
        let first = ada.get("/api/v1/projects?sort=name&limit=2").send().await.json();
        assert_eq!(column(&first, "name"), ["a", "b"]);
        let cursor = first["pagination"]["next_cursor"].as_str().unwrap();
        let rest = elsewhere.get("/api/v1/projects?sort=name").query("after", cursor).send().await;
        assert_eq!(column(&rest.assert_status(200).json(), "name"), ["c"]);
    }

    /// Of two who change the same version at once, one succeeds and the other is told.
    async fn one_of_two_changes_at_once_wins(world: World) {
        let (one, other) = start_both(world.database_url()).await;
        let ada = register(&one, "ada").await;
        let elsewhere = other.bearer(ada.token().unwrap());
        let project = create_project(&ada, "apollo").await;
        let path = format!("/api/v1/projects/{}", project["id"].as_str().unwrap());
        for version in 1..=ROUNDS {
            let (here, there) = tokio::join!(
                rename(&ada, &path, version, format!("here {version}")),
                rename(&elsewhere, &path, version, format!("there {version}")),
            );
            let (winner, loser) = if here.status() == 200 { (here, there) } else { (there, here) };
            loser.assert_error(412, "PRECONDITION_FAILED");
            let winner = winner.assert_status(200).json();
            assert_eq!(winner["version"], version + 1);
            let now = ada.get(&path).send().await.json();
            assert_eq!(now, winner, "what was answered is what is there");
        }
    }
}

/// Two servers that start at the same time.
async fn start_both(database_url: &str) -> (AshlarProcess, AshlarProcess) {
    let variables = [("DATABASE_URL", database_url), ("SECRET_KEY", SECRET_KEY)];
    tokio::join!(
        AshlarProcess::start(&variables),
        AshlarProcess::start(&variables)
    )
}

/// The address of a database without any table.
async fn empty_database(world: &World) -> String {
    match world.backend() {
        Backend::Sqlite => {
            let file = world.folder().join("empty.db");
            assert!(!fs::exists(&file).unwrap());
            format!("sqlite://{}?mode=rwc", file.display())
        }
        Backend::Postgres => {
            let database = world.database();
            let emptied = "drop schema public cascade; create schema public";
            database
                .connection()
                .execute_unprepared(emptied)
                .await
                .unwrap();
            world.database_url().to_owned()
        }
    }
}

async fn rename(client: &TestClient, path: &str, version: i64, name: String) -> TestResponse {
    let request = client
        .patch(path)
        .header("if-match", format!("\"{version}\""));
    request.json(&json!({ "name": name })).send().await
}
