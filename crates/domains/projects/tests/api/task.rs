//! Tasks: nested under their project, flat on their own.

use std::time::Duration;

use ashlar_core::principal::UserId;
use ashlar_testkit::{World, on_each_database};
use serde_json::{Value, json};

use crate::{id, path_of, project, serve, task};

fn path(task: &Value) -> String {
    format!("/api/v1/tasks/{}", id(task))
}

fn titles(page: &Value) -> Vec<&str> {
    let rows = page["data"].as_array().expect("a list");
    rows.iter()
        .map(|row| row["title"].as_str().expect("a title"))
        .collect()
}

on_each_database! {
    async fn is_added_with_defaults_and_read_back(world: World) {
        let alice = serve(&world).await.user();
        let made = project(&alice, "apollo").await;
        let added = task(&alice, &made, json!({"title": "Fly"})).await;
        assert_eq!(added["project_id"], made["id"]);
        assert_eq!(added["status"], "todo");
        assert_eq!(added["priority"], "medium");
        assert_eq!(added["due_date"], json!(null));
        let read = alice.get(path(&added)).send().await;
        read.assert_status(200).assert_statements(1);
        assert_eq!(read.json(), json!({"local": added, "external": null}));
        assert_eq!(read.header("etag"), Some("\"1\""));
    }

    async fn keeps_every_field(world: World) {
        let alice = serve(&world).await.user();
        let made = project(&alice, "apollo").await;
        let body = json!({
            "title": "Fly", "status": "in_progress", "priority": "urgent",
            "due_date": "2026-12-24", "assignee_id": alice.user_id(), "external_task_id": "EXT-1",
        });
        let added = task(&alice, &made, body.clone()).await;
        for (field, value) in body.as_object().expect("an object") {
            assert_eq!(added[field], *value, "{field}");
        }
    }

    async fn tells_what_is_wrong_with_a_field(world: World) {
        let alice = serve(&world).await.user();
        let tasks = format!("{}/tasks", path_of(&project(&alice, "apollo").await));
        for (field, value) in [
            ("title", json!("")), ("title", json!("x".repeat(201))), ("status", json!("paused")),
            ("priority", json!(3)), ("due_date", json!("tomorrow")), ("due_date", json!("2026-02-30")),
            ("due_date", json!("10000-01-01")), ("assignee_id", json!("me")),
            ("external_task_id", json!("")), ("external_task_id", json!("x".repeat(101))),
            ("external_task_id", json!(".")), ("external_task_id", json!("..")),
        ] {
            let mut body = json!({"title": "Fly"});
            body[field] = value.clone();
            let refused = alice.post(&tasks).json(&body).send().await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.json()["error"]["details"][0]["field"], field, "{value}");
        }
    }

    async fn is_assigned_to_registered_users_only(world: World) {
        let alice = serve(&world).await.user();
        let made = project(&alice, "apollo").await;
        let nobody = UserId::from_uuid(Default::default());
        let body = json!({"title": "Fly", "assignee_id": nobody});
        let refused = alice.post(format!("{}/tasks", path_of(&made))).json(&body).send().await;
        refused.assert_error(422, "VALIDATION_ERROR");
        assert_eq!(refused.json()["error"]["details"][0]["field"], "assignee_id");
        let added = task(&alice, &made, json!({"title": "Fly"})).await;
        let refused = alice.patch(path(&added)).json(&json!({"assignee_id": nobody})).send().await;
        refused.assert_error(422, "VALIDATION_ERROR");
    }

    async fn put_and_patch_and_if_match(world: World) {
        let alice = serve(&world).await.user();
        let made = project(&alice, "apollo").await;
        let body = json!({"title": "Fly", "due_date": "2026-12-24", "external_task_id": "EXT-1"});
        let added = task(&alice, &made, body).await;
        let patch = |body: Value| alice.patch(path(&added)).json(&body).send();
        let done = patch(json!({"status": "done"})).await.assert_status(200).json();
        assert_eq!((done["status"].as_str(), done["due_date"].as_str()), (Some("done"), Some("2026-12-24")));
        let cleared = patch(json!({"due_date": null})).await.json();
        assert_eq!(cleared["due_date"], json!(null));
        assert_eq!(cleared["external_task_id"], "EXT-1");
        let replaced = alice.put(path(&added)).json(&json!({"title": "Land"})).send().await;
        let whole = replaced.assert_status(200).assert_statements(1).json();
        assert_eq!((whole["status"].as_str(), &whole["external_task_id"]), (Some("todo"), &json!(null)));
        let stale = alice.put(path(&added)).header("if-match", "\"1\"").json(&json!({"title": "x"}));
        stale.send().await.assert_error(412, "PRECONDITION_FAILED");
        let stale = alice.delete(path(&added)).header("if-match", "\"1\"").send().await;
        stale.assert_error(412, "PRECONDITION_FAILED");
        alice.delete(path(&added)).header("if-match", "\"4\"").send().await.assert_status(204);
        alice.get(path(&added)).send().await.assert_error(404, "NOT_FOUND");
    }

    async fn are_filtered_and_sorted(world: World) {
        let alice = serve(&world).await.user();
        let made = project(&alice, "apollo").await;
        for (title, status, priority, due) in [
            ("Build", "done", "low", json!("2026-01-01")), ("Fuel", "todo", "urgent", json!("2026-06-01")),
            ("Fly", "todo", "high", json!(null)), ("Land", "cancelled", "medium", json!("2026-12-01")),
        ] {
            world.turn_clock(Duration::from_secs(60));
            let body = json!({"title": title, "status": status, "priority": priority, "due_date": due});
            task(&alice, &made, body).await;
        }
        let someone = UserId::new();
        task(&alice, &made, json!({"title": "Wave", "assignee_id": someone})).await;
        let list = |query: String| alice.get(format!("{}/tasks?{query}", path_of(&made))).send();
        for (query, found) in [
            ("status=todo&sort=title".into(), vec!["Fly", "Fuel", "Wave"]),
            ("priority=urgent".into(), vec!["Fuel"]),
            (format!("assignee_id={someone}"), vec!["Wave"]),
            ("due_before=2026-06-01".into(), vec!["Build"]),
            ("due_after=2026-01-01&sort=due_date".into(), vec!["Fuel", "Land"]),
            ("q=UE".into(), vec!["Fuel"]),
            ("status=todo&priority=high".into(), vec!["Fly"]),
            ("sort=-priority,title".into(), vec!["Fuel", "Fly", "Land", "Wave", "Build"]),
            ("sort=due_date,title".into(), vec!["Build", "Fuel", "Land", "Fly", "Wave"]),
            ("sort=created_at".into(), vec!["Build", "Fuel", "Fly", "Land", "Wave"]),
        ] {
            let page = list(query.clone()).await;
            assert_eq!(titles(&page.assert_status(200).json()), found, "{query}");
        }
        for (query, field) in [
            ("status=paused", "status"), ("priority=9", "priority"), ("assignee_id=me", "assignee_id"),
            ("due_before=soon", "due_before"), ("due_after=2026-1-1", "due_after"), ("owner=me", "owner"),
        ] {
            let refused = list(query.into()).await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.json()["error"]["details"][0]["field"], field);
        }
    }

    async fn cursors_walk_tasks_without_a_due_date_too(world: World) {
        let alice = serve(&world).await.user();
        let made = project(&alice, "apollo").await;
        for number in 0..7 {
            let due = (number % 3 == 0).then(|| format!("2026-01-{:02}", number + 1));
            task(&alice, &made, json!({"title": format!("t{number}"), "due_date": due})).await;
        }
        for sort in ["due_date", "-due_date", "-due_date,title", "priority,-due_date"] {
            let tasks = format!("{}/tasks?sort={sort}", path_of(&made));
            let whole = alice.get(format!("{tasks}&limit=100")).send().await.json();
            let mut walked = Vec::new();
            let mut after = String::new();
            loop {
                let page = alice.get(format!("{tasks}&limit=2{after}")).send().await;
                let page = page.assert_status(200).json();
                walked.extend(page["data"].as_array().expect("a list").clone());
                let Some(cursor) = page["pagination"]["next_cursor"].as_str() else { break };
                after = format!("&after={cursor}");
            }
            assert_eq!(json!(walked), whole["data"], "{sort}");
            assert_eq!(walked.len(), 7);
        }
    }

    async fn are_the_project_owners_alone(world: World) {
        let app = serve(&world).await;
        let (alice, eve) = (app.user(), app.user());
        let made = project(&alice, "apollo").await;
        let added = task(&alice, &made, json!({"title": "Fly"})).await;
        let tasks = format!("{}/tasks", path_of(&made));
        eve.get(&tasks).send().await.assert_error(404, "NOT_FOUND");
        eve.post(&tasks).json(&json!({"title": "x"})).send().await.assert_error(404, "NOT_FOUND");
        eve.get(path(&added)).send().await.assert_error(404, "NOT_FOUND");
        eve.put(path(&added)).json(&json!({"title": "x"})).send().await.assert_error(404, "NOT_FOUND");
        eve.patch(path(&added)).json(&json!({"title": "x"})).send().await.assert_error(404, "NOT_FOUND");
        eve.delete(path(&added)).send().await.assert_error(404, "NOT_FOUND");
        app.anonymous().get(path(&added)).send().await.assert_error(401, "UNAUTHORIZED");
    }
}
