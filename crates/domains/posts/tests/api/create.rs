//! `POST /posts`.

use ashlar_testkit::{World, on_each_database};
use serde_json::json;

use crate::{draft, name_of, path_of, post, serve};

on_each_database! {
    async fn answers_the_draft_and_where_it_is(world: World) {
        let alice = serve(&world).await.user();
        let body = json!({"title": "Arches", "content": "Every stone leans."});
        let created = alice.post("/api/v1/posts").json(&body).send().await;
        // The author's name, the post, its event.
        created.assert_status(201).assert_statements(3);
        let post = created.json();
        assert_eq!(post["title"], "Arches");
        assert_eq!(post["content"], "Every stone leans.");
        assert_eq!(post["author_id"], alice.user_id().to_string());
        let author = json!({"id": alice.user_id(), "display_name": name_of(alice.user_id())});
        assert_eq!(post["author"], author);
        assert_eq!((&post["published"], &post["published_at"]), (&json!(false), &json!(null)));
        assert_eq!(post["version"], 1);
        assert_eq!(post["created_at"], post["updated_at"]);
        let location = created.header("location").expect("it says where");
        let read = alice.get(location).send().await;
        assert_eq!(read.json(), post);
        assert_eq!(read.header("etag"), created.header("etag"));
    }

    async fn may_be_published_at_once(world: World) {
        let alice = serve(&world).await.user();
        let made = post(&alice, json!({"title": "Arches", "content": "x", "published": true})).await;
        assert_eq!(made["published"], true);
        assert_eq!(made["published_at"], made["created_at"]);
        assert_eq!(made["version"], 1);
    }

    async fn needs_a_signed_in_user(world: World) {
        let app = serve(&world).await;
        let body = json!({"title": "Arches", "content": "x"});
        let refused = app.anonymous().post("/api/v1/posts").json(&body).send().await;
        refused.assert_error(401, "UNAUTHORIZED");
    }

    async fn cuts_the_blanks_around_a_title_off(world: World) {
        let alice = serve(&world).await.user();
        assert_eq!(draft(&alice, " \tTwo  words\u{3000}\n").await["title"], "Two  words");
    }

    async fn a_title_that_is_blank_is_told_so(world: World) {
        let alice = serve(&world).await.user();
        for title in ["", " ", "\n\t", "\u{a0}\u{3000}"] {
            let body = json!({"title": title, "content": "x"});
            let refused = alice.post("/api/v1/posts").json(&body).send().await;
            refused.assert_error(422, "VALIDATION_ERROR");
            let detail = &refused.error()["details"][0];
            assert_eq!(detail["field"], "title");
            assert_eq!(detail["message"], "Title cannot be empty", "{title:?}");
        }
    }

    async fn counts_characters_not_bytes(world: World) {
        let alice = serve(&world).await.user();
        for (title, content, status) in [
            ("ä".repeat(200), "ä".repeat(100_000), 201),
            ("ö".repeat(201), "x".into(), 422),
            ("One".into(), "x".repeat(100_001), 422),
            ("Two".into(), String::new(), 422),
            ("Three".into(), " ".into(), 201),
        ] {
            let body = json!({"title": title, "content": content});
            alice.post("/api/v1/posts").json(&body).send().await.assert_status(status);
        }
    }

    async fn tells_what_is_wrong_with_its_field(world: World) {
        let alice = serve(&world).await.user();
        for (body, field) in [
            (json!({"title": 5, "content": "x"}), "title"),
            (json!({"title": null, "content": "x"}), "title"),
            (json!({"title": "a\nb", "content": "x"}), "title"),
            (json!({"title": "a\0", "content": "x"}), "title"),
            (json!({"content": "x"}), "title"),
            (json!({"title": "a"}), "content"),
            (json!({"title": "a", "content": null}), "content"),
            (json!({"title": "a", "content": "a\0"}), "content"),
            (json!({"title": "a", "content": "x", "published": "yes"}), "published"),
            (json!({"title": "a", "content": "x", "published": null}), "published"),
            (json!({"title": "a", "content": "x", "author_id": alice.user_id()}), "author_id"),
            (json!({"title": "a", "content": "x", "published_at": null}), "published_at"),
        ] {
            let refused = alice.post("/api/v1/posts").json(&body).send().await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.error_fields(), [field], "{body}");
        }
    }

    async fn a_title_is_unique_among_all_posts_whatever_its_case(world: World) {
        let app = serve(&world).await;
        let (alice, bob) = (app.user(), app.user());
        draft(&alice, "Über Arches").await;
        for (author, title) in [(&alice, "Über Arches"), (&bob, " über ARCHES ")] {
            let body = json!({"title": title, "content": "x"});
            let refused = author.post("/api/v1/posts").json(&body).send().await;
            refused.assert_error(409, "CONFLICT");
            assert_eq!(refused.error_message(), "Post with this title already exists");
            assert_eq!(refused.error_fields(), ["title"]);
        }
        draft(&bob, "Uber Arches").await;
    }

    async fn a_deleted_posts_title_is_free_again(world: World) {
        let alice = serve(&world).await.user();
        let first = draft(&alice, "Arches").await;
        alice.delete(path_of(&first)).send().await.assert_status(204);
        assert_ne!(first["id"], draft(&alice, "Arches").await["id"]);
    }
}
