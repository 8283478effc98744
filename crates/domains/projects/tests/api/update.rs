//! `PUT` and `PATCH /projects/{project_id}`.

use std::time::Duration;

use ashlar_testkit::{World, on_each_database};
use serde_json::json;

use crate::{path_of, project, serve};

on_each_database! {
    async fn put_sets_every_field_and_clears_what_is_absent(world: World) {
        let alice = serve(&world).await.user();
        let made = project(&alice, "apollo").await;
        let body = json!({"name": "Gemini", "description": "Two seats"});
        let path = path_of(&made);
        alice.put(&path).json(&body).send().await.assert_status(200);
        world.turn_clock(Duration::from_secs(1));
        let replaced = alice.put(&path).json(&json!({"name": "Gemini"})).send().await;
        replaced.assert_status(200).assert_statements(1);
        let project = replaced.json();
        assert_eq!(project["description"], json!(null));
        assert_eq!(project["slug"], "apollo");
        assert_eq!(project["version"], 3);
        assert_eq!(project["created_at"], made["created_at"]);
        assert!(project["updated_at"].as_str() > made["updated_at"].as_str());
        assert_eq!(replaced.header("etag"), Some("\"3\""));
        assert_eq!(alice.get(&path).send().await.json(), project);
    }

    async fn patch_tells_absent_from_null(world: World) {
        let alice = serve(&world).await.user();
        let path = path_of(&project(&alice, "apollo").await);
        let patch = |body| alice.patch(&path).json(&body).send();
        assert_eq!(patch(json!({"description": "d"})).await.json()["description"], "d");
        let renamed = patch(json!({"name": "New"})).await.json();
        assert_eq!((renamed["name"].as_str(), renamed["description"].as_str()), (Some("New"), Some("d")));
        assert_eq!(patch(json!({"description": null})).await.json()["description"], json!(null));
        let refused = patch(json!({"name": null})).await;
        refused.assert_error(422, "VALIDATION_ERROR");
        assert_eq!(refused.json()["error"]["details"][0]["field"], "name");
    }

    async fn a_change_of_nothing_makes_no_new_version(world: World) {
        let alice = serve(&world).await.user();
        let made = project(&alice, "apollo").await;
        let same = alice.patch(path_of(&made)).json(&json!({})).send().await;
        assert_eq!(same.assert_status(200).json(), made);
        let stale = alice.patch(path_of(&made)).header("if-match", "\"7\"").json(&json!({})).send().await;
        stale.assert_error(412, "PRECONDITION_FAILED");
    }

    async fn the_slug_cannot_be_changed(world: World) {
        let alice = serve(&world).await.user();
        let path = path_of(&project(&alice, "apollo").await);
        for request in [alice.patch(&path), alice.put(&path)] {
            let refused = request.json(&json!({"name": "x", "slug": "gemini"})).send().await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.json()["error"]["details"][0]["field"], "slug");
        }
    }

    async fn if_match_names_the_version_that_is_meant(world: World) {
        let alice = serve(&world).await.user();
        let path = path_of(&project(&alice, "apollo").await);
        let patch = |tag: &'static str| {
            alice.patch(&path).header("if-match", tag).json(&json!({"name": tag})).send()
        };
        patch("\"1\"").await.assert_status(200);
        patch("\"1\"").await.assert_error(412, "PRECONDITION_FAILED");
        patch("W/\"2\"").await.assert_status(412);
        patch("\"7\", \"2\"").await.assert_status(200);
        patch("*").await.assert_status(200);
        patch("nonsense").await.assert_status(412);
        assert_eq!(alice.get(&path).send().await.json()["version"], 4);
    }

    async fn somebody_elses_project_is_not_there(world: World) {
        let app = serve(&world).await;
        let (alice, eve) = (app.user(), app.user());
        let path = path_of(&project(&alice, "apollo").await);
        let body = json!({"name": "Mine now"});
        eve.patch(&path).json(&body).send().await.assert_error(404, "NOT_FOUND");
        eve.put(&path).json(&body).send().await.assert_error(404, "NOT_FOUND");
        let named = eve.patch(&path).header("if-match", "\"1\"").json(&body).send().await;
        named.assert_error(404, "NOT_FOUND");
        assert_eq!(alice.get(&path).send().await.json()["name"], "Project apollo");
    }
}
