//! `GET /projects`: pages, order, filters.

use std::time::Duration;

use ashlar_testkit::{TestClient, World, on_each_database};
use serde_json::{Value, json};

use crate::{path_of, project, serve};

/// Twelve projects a minute apart, in order of creation.
async fn dozen(world: &World, owner: &TestClient) -> Vec<Value> {
    let mut made = Vec::new();
    for number in 0..12 {
        world.turn_clock(Duration::from_secs(60));
        made.push(project(owner, &format!("p{number:02}")).await);
    }
    made
}

/// Every page by cursor, two at a time.
async fn walk(owner: &TestClient, query: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut after = String::new();
    loop {
        let page = owner
            .get(format!("/api/v1/projects?limit=2{query}{after}"))
            .send()
            .await;
        let page = page.assert_status(200).json();
        rows.extend(page["data"].as_array().expect("a list").clone());
        assert!(page["pagination"].get("total").is_none());
        match page["pagination"]["next_cursor"].as_str() {
            Some(cursor) => after = format!("&after={cursor}"),
            None => return rows,
        }
    }
}

fn slugs(rows: &[Value]) -> Vec<&str> {
    rows.iter()
        .map(|row| row["slug"].as_str().expect("a slug"))
        .collect()
}

on_each_database! {
    async fn newest_first_with_one_statement(world: World) {
        let app = serve(&world).await;
        let (alice, bob) = (app.user(), app.user());
        let mut made = dozen(&world, &alice).await;
        project(&bob, "bobs").await;
        made.reverse();
        let page = alice.get("/api/v1/projects").send().await;
        page.assert_status(200).assert_statements(1);
        let page = page.json();
        assert_eq!(page["data"], json!(made));
        assert_eq!(page["pagination"], json!({"has_next": false, "next_cursor": null, "limit": 20}));
    }

    async fn cursors_walk_every_order_without_gap_or_repetition(world: World) {
        let alice = serve(&world).await.user();
        dozen(&world, &alice).await;
        // Ties in every sort key: the same name, the same second.
        for number in 0..5 {
            let body = json!({"name": "Same", "slug": format!("same-{number}")});
            alice.post("/api/v1/projects").json(&body).send().await.assert_status(201);
        }
        for order in ["", "&sort=created_at", "&sort=-name", "&sort=name,-created_at",
                      "&sort=-updated_at,name", "&sort=name,-updated_at,created_at", "&sort="] {
            let whole = alice.get(format!("/api/v1/projects?limit=100{order}")).send().await.json();
            let walked = walk(&alice, order).await;
            assert_eq!(json!(walked), whole["data"], "{order}");
            assert_eq!(walked.len(), 17);
        }
    }

    async fn a_row_that_is_added_meanwhile_neither_hides_nor_repeats_one(world: World) {
        let alice = serve(&world).await.user();
        dozen(&world, &alice).await;
        let first = alice.get("/api/v1/projects?limit=5").send().await.json();
        world.turn_clock(Duration::from_secs(60));
        project(&alice, "late").await;
        let cursor = first["pagination"]["next_cursor"].as_str().expect("more follows");
        let rest = alice.get(format!("/api/v1/projects?after={cursor}")).send().await.json();
        let rest = rest["data"].as_array().expect("a list");
        assert_eq!(slugs(rest), ["p06", "p05", "p04", "p03", "p02", "p01", "p00"]);
    }

    async fn pages_and_offsets_tell_the_total(world: World) {
        let alice = serve(&world).await.user();
        dozen(&world, &alice).await;
        let page = alice.get("/api/v1/projects?page=3&limit=5").send().await;
        page.assert_status(200).assert_statements(2);
        let page = page.json();
        assert_eq!(slugs(page["data"].as_array().expect("a list")), ["p01", "p00"]);
        assert_eq!(page["pagination"]["total"], 12);
        assert_eq!(page["pagination"]["has_next"], false);
        let page = alice.get("/api/v1/projects?offset=10&limit=1").send().await.json();
        assert_eq!(slugs(page["data"].as_array().expect("a list")), ["p01"]);
        assert_eq!(page["pagination"]["has_next"], true);
        let beyond = alice.get("/api/v1/projects?page=1000000&limit=100").send().await.json();
        assert_eq!(beyond["data"], json!([]));
    }

    async fn refuses_what_it_does_not_know_and_names_it(world: World) {
        let alice = serve(&world).await.user();
        for (query, field) in [
            ("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("limit=", "limit"),
            ("limit=-1", "limit"), ("limit=99999999999999999999", "limit"),
            ("page=0", "page"), ("offset=-1", "offset"), ("sort=secret", "sort"),
            ("sort=--name", "sort"), ("colour=red", "colour"), ("after=AAAA", "after"),
            ("after=", "after"), ("q=", "q"), ("q=%00", "q"), ("limit=5&limit=6", "limit"),
            ("page=1&offset=0", "page"), ("page=1&after=x", "after"),
        ] {
            let refused = alice.get(format!("/api/v1/projects?{query}")).send().await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.json()["error"]["details"][0]["field"], field, "{query}");
        }
        let several = alice.get("/api/v1/projects?limit=0&colour=red&sort=secret").send().await;
        assert_eq!(several.json()["error"]["details"].as_array().map(Vec::len), Some(3));
    }

    async fn a_cursor_works_in_its_own_list_and_order_only(world: World) {
        let alice = serve(&world).await.user();
        let made = dozen(&world, &alice).await;
        let first = alice.get("/api/v1/projects?limit=5").send().await.json();
        let cursor = first["pagination"]["next_cursor"].as_str().expect("more follows");
        let tasks = format!("{}/tasks", path_of(&made[0]));
        for (path, status) in [
            (format!("/api/v1/projects?after={cursor}"), 200),
            (format!("/api/v1/projects?after={cursor}&sort=-created_at"), 200),
            (format!("/api/v1/projects?after={cursor}&sort=name"), 422),
            (format!("/api/v1/projects?after={cursor}x"), 422),
            (format!("/api/v1/projects?after={}", cursor.to_lowercase()), 422),
            (format!("{tasks}?after={cursor}"), 422),
        ] {
            alice.get(&path).send().await.assert_status(status);
        }
    }

    async fn finds_part_of_a_name_literally(world: World) {
        let alice = serve(&world).await.user();
        for (slug, name) in [("a", "100% wool"), ("b", "100 sheep"), ("c", "snake_case"), ("d", "back\\slash"), ("e", "wow!")] {
            let body = json!({"name": name, "slug": slug});
            alice.post("/api/v1/projects").json(&body).send().await.assert_status(201);
        }
        for (part, found) in [("100%25", vec!["a"]), ("WOOL", vec!["a"]), ("e_c", vec!["c"]),
                              ("%5C", vec!["d"]), ("!", vec!["e"]), ("100", vec!["b", "a"]), ("nothing", vec![])] {
            let page = alice.get(format!("/api/v1/projects?q={part}&sort=-name")).send().await.json();
            let mut rows = slugs(page["data"].as_array().expect("a list"));
            rows.sort_unstable();
            let mut found = found;
            found.sort_unstable();
            assert_eq!(rows, found, "{part}");
        }
    }

    async fn leaves_out_what_is_deleted(world: World) {
        let alice = serve(&world).await.user();
        let made = project(&alice, "apollo").await;
        alice.delete(path_of(&made)).send().await.assert_status(204);
        assert_eq!(alice.get("/api/v1/projects").send().await.json()["data"], json!([]));
    }
}
