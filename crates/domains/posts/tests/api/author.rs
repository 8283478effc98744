//! `GET /users/{user_id}/posts`.

use ashlar_core::principal::UserId;
use ashlar_testkit::{TestClient, World, on_each_database};
use serde_json::json;

use crate::{draft, name_of, published, serve, titles};

fn path(author: &TestClient) -> String {
    format!("/api/v1/users/{}/posts", author.user_id())
}

on_each_database! {
    async fn shows_others_what_is_published_and_the_author_everything(world: World) {
        let app = serve(&world).await;
        let (alice, bob) = (app.user(), app.user());
        published(&alice, "A").await;
        draft(&alice, "B").await;
        published(&bob, "C").await;
        for (reader, query, found) in [
            (&bob, "", vec!["A"]), (&alice, "", vec!["A", "B"]),
            (&bob, "&published=false", vec![]), (&alice, "&published=false", vec!["B"]),
            (&bob, "&published=true", vec!["A"]), (&alice, "&q=a", vec!["A"]),
        ] {
            let page = reader.get(format!("{}?sort=title{query}", path(&alice))).send().await;
            assert_eq!(titles(&page.assert_status(200).json()), found, "{query}");
        }
        app.anonymous().get(path(&alice)).send().await.assert_error(401, "UNAUTHORIZED");
    }

    async fn one_post_costs_as_many_statements_as_fifty(world: World) {
        let app = serve(&world).await;
        let (alice, bob) = (app.user(), app.user());
        published(&alice, "First").await;
        bob.get(path(&alice)).send().await.assert_status(200).assert_statements(2);
        for number in 1..50 {
            published(&alice, &format!("Post {number}")).await;
        }
        let page = bob.get(format!("{}?limit=50", path(&alice))).send().await;
        page.assert_status(200).assert_statements(2);
        let page = page.json();
        let posts = page["data"].as_array().expect("a list");
        assert_eq!(posts.len(), 50);
        let author = json!({"id": alice.user_id(), "display_name": name_of(alice.user_id())});
        assert!(posts.iter().all(|post| post["author"] == author));
    }

    async fn of_somebody_unknown_there_are_none(world: World) {
        let alice = serve(&world).await.user();
        let page = alice.get(format!("/api/v1/users/{}/posts", UserId::new())).send().await;
        page.assert_status(200).assert_statements(1);
        assert_eq!(page.json()["data"], json!([]));
    }

    async fn the_author_is_named_by_the_path_alone(world: World) {
        let alice = serve(&world).await.user();
        let query = format!("{}?author_id={}", path(&alice), alice.user_id());
        let refused = alice.get(query).send().await;
        refused.assert_error(422, "VALIDATION_ERROR");
        assert_eq!(refused.error_fields(), ["author_id"]);
    }

    async fn its_cursors_work_nowhere_else(world: World) {
        let app = serve(&world).await;
        let (alice, bob) = (app.user(), app.user());
        for title in ["A", "B"] {
            published(&alice, title).await;
        }
        let page = bob.get(format!("{}?limit=1", path(&alice))).send().await.json();
        let cursor = page["pagination"]["next_cursor"].as_str().expect("more follows");
        for (list, status) in [(path(&alice), 200), (path(&bob), 422), ("/api/v1/posts".into(), 422)] {
            bob.get(format!("{list}?after={cursor}")).send().await.assert_status(status);
        }
    }
}
