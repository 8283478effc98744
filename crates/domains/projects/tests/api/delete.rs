//! `DELETE /projects/{project_id}`.

use ashlar_testkit::{World, on_each_database};
use serde_json::json;

use crate::{id, path_of, project, serve, task};

on_each_database! {
    async fn hides_the_project_and_its_tasks(world: World) {
        let alice = serve(&world).await.user();
        let made = project(&alice, "apollo").await;
        let one = task(&alice, &made, json!({"title": "Fly"})).await;
        let deleted = alice.delete(path_of(&made)).send().await;
        deleted.assert_status(204).assert_statements(1);
        assert!(deleted.bytes().is_empty());
        alice.get(path_of(&made)).send().await.assert_error(404, "NOT_FOUND");
        alice.delete(path_of(&made)).send().await.assert_error(404, "NOT_FOUND");
        alice.patch(path_of(&made)).json(&json!({"name": "x"})).send().await.assert_status(404);
        let path = format!("/api/v1/tasks/{}", id(&one));
        alice.get(&path).send().await.assert_error(404, "NOT_FOUND");
        alice.patch(&path).json(&json!({"title": "x"})).send().await.assert_status(404);
        alice.delete(&path).send().await.assert_status(404);
        alice.get(format!("{}/tasks", path_of(&made))).send().await.assert_status(404);
    }

    async fn only_at_the_version_that_is_meant(world: World) {
        let alice = serve(&world).await.user();
        let path = path_of(&project(&alice, "apollo").await);
        let stale = alice.delete(&path).header("if-match", "\"2\"").send().await;
        stale.assert_error(412, "PRECONDITION_FAILED");
        alice.delete(&path).header("if-match", "\"1\"").send().await.assert_status(204);
    }

    async fn only_by_its_owner(world: World) {
        let app = serve(&world).await;
        let (alice, eve) = (app.user(), app.user());
        let path = path_of(&project(&alice, "apollo").await);
        eve.delete(&path).send().await.assert_error(404, "NOT_FOUND");
        alice.get(&path).send().await.assert_status(200);
    }
}
