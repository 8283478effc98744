//! `PUT` and `PATCH /posts/{post_id}`.

use std::time::Duration;

use ashlar_testkit::{World, on_each_database};
use serde_json::json;

use crate::{draft, path_of, published, serve, told};

on_each_database! {
    async fn put_sets_title_and_content(world: World) {
        let alice = serve(&world).await.user();
        let made = published(&alice, "Arches").await;
        world.turn_clock(Duration::from_secs(1));
        let body = json!({"title": " Vaults ", "content": "Higher."});
        let replaced = alice.put(path_of(&made)).json(&body).send().await;
        // The author's name, the lock, the change, its event.
        replaced.assert_status(200).assert_statements(4);
        let post = replaced.json();
        assert_eq!((&post["title"], &post["content"]), (&json!("Vaults"), &json!("Higher.")));
        assert_eq!(post["published_at"], made["published_at"]);
        assert_eq!(post["version"], 2);
        assert_eq!(post["created_at"], made["created_at"]);
        assert!(post["updated_at"].as_str() > made["updated_at"].as_str());
        let read = alice.get(path_of(&made)).send().await;
        assert_eq!(read.json(), post);
        assert_eq!(read.header("etag"), replaced.header("etag"));
    }

    async fn patch_leaves_absent_fields_alone(world: World) {
        let alice = serve(&world).await.user();
        let path = path_of(&draft(&alice, "Arches").await);
        let patch = |body| alice.patch(&path).json(&body).send();
        let renamed = patch(json!({"title": "Vaults"})).await.json();
        assert_eq!((&renamed["title"], &renamed["content"]), (&json!("Vaults"), &json!("Draft.")));
        let rewritten = patch(json!({"content": "Done."})).await.json();
        assert_eq!((&rewritten["title"], &rewritten["content"]), (&json!("Vaults"), &json!("Done.")));
    }

    async fn refuses_what_cannot_be_changed_or_is_wrong(world: World) {
        let alice = serve(&world).await.user();
        let path = path_of(&draft(&alice, "Arches").await);
        for (body, field) in [
            (json!({"title": null}), "title"), (json!({"title": " "}), "title"),
            (json!({"content": ""}), "content"), (json!({"content": null}), "content"),
            (json!({"published": true}), "published"), (json!({"author_id": alice.user_id()}), "author_id"),
        ] {
            let refused = alice.patch(&path).json(&body).send().await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.error_fields(), [field], "{body}");
        }
        let body = json!({"title": "a", "content": "x", "published": true});
        let refused = alice.put(&path).json(&body).send().await;
        assert_eq!(refused.assert_error(422, "VALIDATION_ERROR").error_fields(), ["published"]);
        let refused = alice.put(&path).json(&json!({"title": "a"})).send().await;
        assert_eq!(refused.assert_error(422, "VALIDATION_ERROR").error_fields(), ["content"]);
        assert_eq!(told(&world).await, ["post.created"]);
    }

    async fn a_change_to_what_is_there_makes_no_new_version_and_is_not_told(world: World) {
        let alice = serve(&world).await.user();
        let made = draft(&alice, "Arches").await;
        world.turn_clock(Duration::from_secs(1));
        let whole = json!({"title": " Arches", "content": "Draft."});
        for request in [
            alice.patch(path_of(&made)).json(&json!({})),
            alice.patch(path_of(&made)).json(&json!({"title": "Arches"})),
            alice.put(path_of(&made)).json(&whole),
        ] {
            assert_eq!(request.send().await.assert_status(200).json(), made);
        }
        assert_eq!(told(&world).await, ["post.created"]);
        let stale = alice.put(path_of(&made)).header("if-match", "\"7\"").json(&whole).send().await;
        stale.assert_error(412, "PRECONDITION_FAILED");
    }

    async fn another_spelling_of_its_own_title_is_a_change(world: World) {
        let alice = serve(&world).await.user();
        let made = draft(&alice, "arches").await;
        let renamed = alice.patch(path_of(&made)).json(&json!({"title": "Arches"})).send().await;
        assert_eq!(renamed.assert_status(200).json()["title"], "Arches");
        assert_eq!(told(&world).await, ["post.created", "post.updated"]);
    }

    async fn the_title_of_another_post_is_refused(world: World) {
        let app = serve(&world).await;
        draft(&app.user(), "Arches").await;
        let alice = app.user();
        let made = draft(&alice, "Vaults").await;
        let refused = alice.patch(path_of(&made)).json(&json!({"title": "ARCHES"})).send().await;
        refused.assert_error(409, "CONFLICT");
        assert_eq!(refused.error_message(), "Post with this title already exists");
        assert_eq!(alice.get(path_of(&made)).send().await.json(), made);
        assert_eq!(told(&world).await, ["post.created", "post.created"]);
    }

    async fn if_match_names_the_version_that_is_meant(world: World) {
        let alice = serve(&world).await.user();
        let path = path_of(&draft(&alice, "Arches").await);
        let first = alice.get(&path).send().await;
        let tag = first.header("etag").expect("it has a version");
        let patch = |tag: &str, content: &str| {
            alice.patch(&path).header("if-match", tag).json(&json!({"content": content})).send()
        };
        patch(tag, "a").await.assert_status(200);
        patch(tag, "b").await.assert_error(412, "PRECONDITION_FAILED");
        patch("\"1\"", "c").await.assert_status(412);
        patch("W/\"2\"", "d").await.assert_status(412);
        patch("\"7\", \"2\"", "e").await.assert_status(200);
        patch("*", "f").await.assert_status(200);
        assert_eq!(alice.get(&path).send().await.json()["version"], 4);
    }

    async fn somebody_elses_post_is_forbidden_and_their_draft_is_not_there(world: World) {
        let app = serve(&world).await;
        let (alice, eve) = (app.user(), app.user_with(&["users:manage"]));
        let seen = published(&alice, "Arches").await;
        let hidden = draft(&alice, "Vaults").await;
        let body = json!({"title": "Mine now", "content": "x"});
        for (post, status, code) in [(&seen, 403, "FORBIDDEN"), (&hidden, 404, "NOT_FOUND")] {
            for request in [eve.put(path_of(post)), eve.patch(path_of(post))] {
                request.json(&body).send().await.assert_error(status, code);
            }
            let named = eve.patch(path_of(post)).header("if-match", "\"7\"").json(&body).send().await;
            named.assert_error(status, code);
            assert_eq!(alice.get(path_of(post)).send().await.json(), *post);
        }
        let refused = eve.patch(path_of(&seen)).json(&body).send().await;
        assert_eq!(refused.error_message(), "Insufficient permissions");
    }
}
