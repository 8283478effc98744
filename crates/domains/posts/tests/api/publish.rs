//! `POST /posts/{post_id}/publish`.

use std::time::Duration;

use ashlar_testkit::{World, on_each_database};
use serde_json::json;

use crate::{draft, path_of, published, serve, told};

on_each_database! {
    async fn lets_everybody_read_the_draft(world: World) {
        let app = serve(&world).await;
        let (alice, bob) = (app.user(), app.user());
        let made = draft(&alice, "Arches").await;
        bob.get(path_of(&made)).send().await.assert_status(404);
        world.turn_clock(Duration::from_secs(1));
        let answer = alice.post(format!("{}/publish", path_of(&made))).send().await;
        let post = answer.assert_status(200).json();
        assert_eq!((&post["published"], &post["version"]), (&json!(true), &json!(2)));
        assert_eq!(post["published_at"], post["updated_at"]);
        assert_ne!(post["published_at"], made["created_at"]);
        let read = bob.get(path_of(&made)).send().await;
        assert_eq!(read.assert_status(200).json(), post);
        assert_eq!(read.header("etag"), answer.header("etag"));
    }

    async fn once_is_enough(world: World) {
        let alice = serve(&world).await.user();
        let made = draft(&alice, "Arches").await;
        let path = format!("{}/publish", path_of(&made));
        let first = alice.post(&path).header("if-match", "\"1\"").send().await;
        let first = first.assert_status(200).json();
        world.turn_clock(Duration::from_secs(1));
        assert_eq!(alice.post(&path).send().await.assert_status(200).json(), first);
        // Who did not get the first answer asks the same again, and it is so.
        let again = alice.post(&path).header("if-match", "\"1\"").send().await;
        assert_eq!(again.assert_status(200).json(), first);
        assert_eq!(told(&world).await, ["post.created", "post.published"]);
    }

    async fn only_at_the_version_that_is_meant(world: World) {
        let alice = serve(&world).await.user();
        let made = draft(&alice, "Arches").await;
        alice.patch(path_of(&made)).json(&json!({"content": "New."})).send().await.assert_status(200);
        let path = format!("{}/publish", path_of(&made));
        let stale = alice.post(&path).header("if-match", "\"1\"").send().await;
        stale.assert_error(412, "PRECONDITION_FAILED");
        assert_eq!(told(&world).await, ["post.created", "post.updated"]);
        alice.post(&path).header("if-match", "\"2\"").send().await.assert_status(200);
    }

    async fn only_by_its_author(world: World) {
        let app = serve(&world).await;
        let (alice, eve) = (app.user(), app.user());
        let hidden = draft(&alice, "Arches").await;
        let seen = published(&alice, "Vaults").await;
        let publish = |post| eve.post(format!("{}/publish", path_of(post))).send();
        publish(&hidden).await.assert_error(404, "NOT_FOUND");
        publish(&seen).await.assert_error(403, "FORBIDDEN");
        eve.get(path_of(&hidden)).send().await.assert_status(404);
        let anonymous = app.anonymous().post(format!("{}/publish", path_of(&hidden))).send().await;
        anonymous.assert_error(401, "UNAUTHORIZED");
    }
}
