//! `POST /projects`.

use ashlar_testkit::{World, on_each_database};
use serde_json::json;

use crate::{project, serve};

on_each_database! {
    async fn answers_the_project_and_where_it_is(world: World) {
        let alice = serve(&world).await.user();
        let body = json!({"name": "Apollo", "description": "To the moon", "slug": "apollo-11"});
        let created = alice.post("/api/v1/projects").json(&body).send().await;
        created.assert_status(201).assert_statements(1);
        let project = created.json();
        assert_eq!(project["name"], "Apollo");
        assert_eq!(project["description"], "To the moon");
        assert_eq!(project["slug"], "apollo-11");
        assert_eq!(project["owner_id"], alice.user_id().to_string());
        assert_eq!(project["version"], 1);
        assert_eq!(project["created_at"], project["updated_at"]);
        assert_eq!(created.header("etag"), Some("\"1\""));
        let location = created.header("location").expect("it says where");
        assert_eq!(alice.get(location).send().await.json(), project);
    }

    async fn needs_a_signed_in_user(world: World) {
        let app = serve(&world).await;
        let body = json!({"name": "Apollo", "slug": "apollo"});
        let refused = app.anonymous().post("/api/v1/projects").json(&body).send().await;
        refused.assert_error(401, "UNAUTHORIZED");
        assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
    }

    async fn tells_every_broken_rule_with_its_field(world: World) {
        let alice = serve(&world).await.user();
        let body = json!({"name": "", "description": "x".repeat(2001), "slug": "Not A Slug"});
        let refused = alice.post("/api/v1/projects").json(&body).send().await;
        refused.assert_error(422, "VALIDATION_ERROR");
        let details = refused.json()["error"]["details"].clone();
        let fields: Vec<&str> = details.as_array().expect("a list").iter()
            .map(|detail| detail["field"].as_str().expect("a field"))
            .collect();
        assert_eq!(fields, ["description", "name", "slug"]);
        assert_eq!(details[2]["value"], "Not A Slug");
        assert_eq!(details[0]["value"].as_str().map(str::len), Some(100));
    }

    async fn counts_characters_not_bytes(world: World) {
        let alice = serve(&world).await.user();
        let body = json!({"name": "ä".repeat(255), "slug": "umlauts"});
        alice.post("/api/v1/projects").json(&body).send().await.assert_status(201);
        let body = json!({"name": "ä".repeat(256), "slug": "umlauts-2"});
        alice.post("/api/v1/projects").json(&body).send().await.assert_status(422);
    }

    async fn refuses_slugs_that_are_none(world: World) {
        let alice = serve(&world).await.user();
        let long = "a".repeat(256);
        for slug in ["", "-a", "a-", "a--b", "Ä", "A", "a_b", "a b", "a\n", long.as_str()] {
            let body = json!({"name": "Apollo", "slug": slug});
            let refused = alice.post("/api/v1/projects").json(&body).send().await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.json()["error"]["details"][0]["field"], "slug", "{slug:?}");
        }
    }

    async fn a_slug_is_unique_among_its_owners_projects(world: World) {
        let app = serve(&world).await;
        let (alice, bob) = (app.user(), app.user());
        project(&alice, "apollo").await;
        let body = json!({"name": "Other", "slug": "apollo"});
        let refused = alice.post("/api/v1/projects").json(&body).send().await;
        refused.assert_error(409, "CONFLICT");
        assert_eq!(refused.json()["error"]["details"][0]["field"], "slug");
        bob.post("/api/v1/projects").json(&body).send().await.assert_status(201);
    }

    async fn a_deleted_projects_slug_is_free_again(world: World) {
        let alice = serve(&world).await.user();
        let first = project(&alice, "apollo").await;
        alice.delete(crate::path_of(&first)).send().await.assert_status(204);
        let second = project(&alice, "apollo").await;
        assert_ne!(first["id"], second["id"]);
    }

    async fn refuses_wrong_types_and_unknown_fields_with_their_names(world: World) {
        let alice = serve(&world).await.user();
        for (body, field) in [
            (json!({"name": 5, "slug": "a"}), "name"),
            (json!({"name": null, "slug": "a"}), "name"),
            (json!({"name": ["x"], "slug": "a"}), "name"),
            (json!({"name": "x", "slug": {}}), "slug"),
            (json!({"name": "x", "slug": "a", "description": 1.5}), "description"),
            (json!({"slug": "a"}), "name"),
            (json!({"name": "x", "slug": "a", "owner_id": "me"}), "owner_id"),
        ] {
            let refused = alice.post("/api/v1/projects").json(&body).send().await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.json()["error"]["details"][0]["field"], field, "{body}");
        }
    }

    async fn refuses_nul_wherever_it_hides(world: World) {
        let alice = serve(&world).await.user();
        let body = json!({"name": "a\0b", "slug": "apollo"});
        let refused = alice.post("/api/v1/projects").json(&body).send().await;
        refused.assert_error(422, "VALIDATION_ERROR");
        assert_eq!(refused.json()["error"]["details"][0]["field"], "name");
        // A backslash before `u0000` is an honest text.
        let body = r#"{"name": "a\\u0000b", "slug": "apollo"}"#;
        let created = alice.post("/api/v1/projects")
            .header("content-type", "application/json").body(body).send().await;
        assert_eq!(created.assert_status(201).json()["name"], "a\\u0000b");
    }

    async fn keeps_every_other_character(world: World) {
        let alice = serve(&world).await.user();
        let name = "\u{1}\u{7f} 'quoted'; DROP TABLE projects; -- \u{202e}😀";
        let body = json!({"name": name, "slug": "odd"});
        let created = alice.post("/api/v1/projects").json(&body).send().await;
        assert_eq!(created.assert_status(201).json()["name"], name);
    }
}
