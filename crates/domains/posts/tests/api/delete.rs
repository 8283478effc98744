//! `DELETE /posts/{post_id}`.

use ashlar_testkit::{World, on_each_database};
use serde_json::json;

use crate::{draft, path_of, published, serve, told};

on_each_database! {
    async fn the_post_is_gone_for_everybody(world: World) {
        let app = serve(&world).await;
        let (alice, bob) = (app.user(), app.user());
        let path = path_of(&published(&alice, "Arches").await);
        let deleted = alice.delete(&path).send().await;
        // The lock, the change, its event.
        deleted.assert_status(204).assert_statements(3);
        assert!(deleted.bytes().is_empty());
        for reader in [&alice, &bob] {
            reader.get(&path).send().await.assert_error(404, "NOT_FOUND");
            reader.delete(&path).send().await.assert_error(404, "NOT_FOUND");
            reader.patch(&path).json(&json!({"title": "x"})).send().await.assert_status(404);
            reader.post(format!("{path}/publish")).send().await.assert_status(404);
            assert_eq!(reader.get("/api/v1/posts").send().await.json()["data"], json!([]));
        }
        assert_eq!(told(&world).await, ["post.created", "post.published", "post.deleted"]);
    }

    async fn only_at_the_version_that_is_meant(world: World) {
        let alice = serve(&world).await.user();
        let path = path_of(&draft(&alice, "Arches").await);
        let stale = alice.delete(&path).header("if-match", "\"2\"").send().await;
        stale.assert_error(412, "PRECONDITION_FAILED");
        assert_eq!(told(&world).await, ["post.created"]);
        alice.delete(&path).header("if-match", "\"1\"").send().await.assert_status(204);
    }

    async fn only_by_its_author(world: World) {
        let app = serve(&world).await;
        let (alice, eve) = (app.user(), app.user_with(&["users:manage"]));
        let (hidden, seen) = (draft(&alice, "Arches").await, published(&alice, "Vaults").await);
        eve.delete(path_of(&hidden)).send().await.assert_error(404, "NOT_FOUND");
        eve.delete(path_of(&seen)).send().await.assert_error(403, "FORBIDDEN");
        for post in [&hidden, &seen] {
            alice.get(path_of(post)).send().await.assert_status(200);
        }
    }
}
