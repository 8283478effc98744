//! `GET /posts`: who sees what, pages, order, filters.

use std::time::Duration;

use ashlar_testkit::{TestClient, World, on_each_database};
use serde_json::{Value, json};

use crate::{draft, path_of, post, published, serve, titles};

async fn page(reader: &TestClient, query: &str) -> Value {
    let page = reader.get(format!("/api/v1/posts?{query}")).send().await;
    page.assert_status(200).json()
}

/// Every page by cursor, two at a time.
async fn walk(reader: &TestClient, query: &str) -> Vec<Value> {
    let mut posts = Vec::new();
    let mut after = String::new();
    loop {
        let page = page(reader, &format!("limit=2&{query}{after}")).await;
        posts.extend(page["data"].as_array().expect("a list").clone());
        match page["pagination"]["next_cursor"].as_str() {
            Some(cursor) => after = format!("&after={cursor}"),
            None => return posts,
        }
    }
}

on_each_database! {
    async fn shows_what_is_published_and_the_readers_drafts_newest_first(world: World) {
        let app = serve(&world).await;
        let (alice, bob) = (app.user(), app.user());
        let mut made = Vec::new();
        for (author, title, is_draft) in [
            (&alice, "Alice's", false), (&bob, "Bob's draft", true),
            (&bob, "Bob's", false), (&alice, "Alice's draft", true),
        ] {
            world.turn_clock(Duration::from_secs(60));
            made.push(if is_draft { draft(author, title).await } else { published(author, title).await });
        }
        let seen = alice.get("/api/v1/posts").send().await.assert_status(200).json();
        assert_eq!(seen["data"], json!([made[3], made[2], made[0]]));
        assert_eq!(seen["pagination"], json!({"has_next": false, "next_cursor": null, "limit": 20}));
        assert_eq!(titles(&page(&bob, "").await), ["Bob's", "Bob's draft", "Alice's"]);
        assert_eq!(titles(&page(&app.user(), "").await), ["Bob's", "Alice's"]);
        app.anonymous().get("/api/v1/posts").send().await.assert_error(401, "UNAUTHORIZED");
    }

    async fn one_post_costs_as_many_statements_as_fifty_of_fifty_authors(world: World) {
        let app = serve(&world).await;
        let reader = app.user();
        reader.get("/api/v1/posts").send().await.assert_status(200).assert_statements(1);
        for number in 0..50 {
            published(&app.user(), &format!("Post {number:02}")).await;
        }
        for limit in [1, 50] {
            let page = reader.get(format!("/api/v1/posts?limit={limit}")).send().await;
            // The page, and the names of its authors.
            page.assert_status(200).assert_statements(2);
            let page = page.json();
            let posts = page["data"].as_array().expect("a list");
            assert_eq!(posts.len(), limit);
            for post in posts {
                assert_eq!(post["author"]["id"], post["author_id"]);
                let name = format!("Author {}", post["author_id"].as_str().expect("an id"));
                assert_eq!(post["author"]["display_name"], name);
            }
        }
    }

    async fn is_filtered(world: World) {
        let app = serve(&world).await;
        let (alice, bob) = (app.user(), app.user());
        published(&alice, "100% wool").await;
        draft(&alice, "snake_case").await;
        published(&bob, "100 sheep").await;
        draft(&bob, "Bob's draft").await;
        let of_bob = format!("author_id={}", bob.user_id());
        let of_alice = format!("author_id={}", alice.user_id());
        for (query, found) in [
            ("published=true", vec!["100 sheep", "100% wool"]),
            ("published=false", vec!["snake_case"]),
            (&of_bob, vec!["100 sheep"]),
            (&of_alice, vec!["100% wool", "snake_case"]),
            (&format!("{of_bob}&published=false"), vec![]),
            (&format!("{of_bob}&published=true"), vec!["100 sheep"]),
            (&format!("{of_alice}&published=false"), vec!["snake_case"]),
            ("q=100%25", vec!["100% wool"]),
            ("q=WOOL", vec!["100% wool"]),
            ("q=e_c", vec!["snake_case"]),
            ("q=draft", vec![]),
            ("q=100&published=true", vec!["100 sheep", "100% wool"]),
        ] {
            assert_eq!(titles(&page(&alice, &format!("sort=title&{query}")).await), found, "{query}");
        }
    }

    async fn cursors_walk_every_order_without_gap_or_repetition(world: World) {
        let app = serve(&world).await;
        let (alice, bob) = (app.user(), app.user());
        for number in 0..9 {
            // Some of them in the same second.
            world.turn_clock(Duration::from_secs(number / 5));
            let author = if number % 2 == 0 { &alice } else { &bob };
            let body = json!({"title": format!("Post {number}"), "content": "x", "published": number % 3 != 0});
            let made = post(author, body).await;
            if number == 6 {
                world.turn_clock(Duration::from_secs(60));
                author.post(format!("{}/publish", path_of(&made))).send().await.assert_status(200);
            }
        }
        for order in ["", "sort=created_at", "sort=-published_at", "sort=published_at,title", "sort=-title",
                      "sort=-updated_at,title", "sort=-published_at,created_at", "sort="] {
            let whole = page(&alice, &format!("limit=100&{order}")).await;
            let walked = walk(&alice, order).await;
            assert_eq!(json!(walked), whole["data"], "{order}");
            // Alice does not see Bob's draft, number 3.
            assert_eq!(walked.len(), 8);
        }
        let latest = page(&alice, "sort=-published_at&limit=1&page=1").await;
        assert_eq!(titles(&latest), ["Post 8"]);
        assert_eq!(latest["pagination"]["total"], 8);
    }

    async fn the_latest_published_comes_first_where_that_is_asked(world: World) {
        let alice = serve(&world).await.user();
        let late = draft(&alice, "Begun first").await;
        world.turn_clock(Duration::from_secs(60));
        published(&alice, "Published first").await;
        world.turn_clock(Duration::from_secs(60));
        draft(&alice, "Draft").await;
        world.turn_clock(Duration::from_secs(60));
        alice.post(format!("{}/publish", path_of(&late))).send().await.assert_status(200);
        let order = ["Begun first", "Draft", "Published first"];
        assert_eq!(titles(&page(&alice, "sort=-published_at").await), order);
        let order = ["Draft", "Published first", "Begun first"];
        assert_eq!(titles(&page(&alice, "sort=-created_at").await), order);
    }

    async fn refuses_what_it_does_not_know_and_names_it(world: World) {
        let alice = serve(&world).await.user();
        for (query, field) in [
            ("limit=101", "limit"), ("sort=content", "sort"), ("published=maybe", "published"),
            ("author_id=me", "author_id"), ("q=", "q"), ("title=x", "title"), ("after=AAAA", "after"),
        ] {
            let refused = alice.get(format!("/api/v1/posts?{query}")).send().await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.error_fields(), [field], "{query}");
        }
    }
}
