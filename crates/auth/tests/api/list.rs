//! `GET /users`.

use ashlar_testkit::{TestResponse, World, on_each_database};
use serde_json::json;

use crate::{Member, serve};

fn emails(page: &TestResponse) -> Vec<String> {
    page.assert_status(200);
    let users = page.json()["data"].as_array().unwrap().clone();
    users
        .iter()
        .map(|user| user["email"].as_str().unwrap().to_owned())
        .collect()
}

async fn list(admin: &Member, query: &str) -> TestResponse {
    admin
        .client
        .get(format!("/api/v1/users?{query}"))
        .send()
        .await
}

on_each_database! {
    /// 401 for nobody, 403 for somebody.
    async fn is_for_those_who_may_read_users(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        ada.client.get("/api/v1/users").send().await.assert_error(403, "FORBIDDEN");
        let nobody = served.app.anonymous().get("/api/v1/users").send().await;
        nobody.assert_error(401, "UNAUTHORIZED");
    }

    /// By each key, both ways, by status, with the address compared whatever its case.
    async fn sorts_and_filters(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("m@example.org").await;
        for email in ["B@example.org", "a@example.org", "C@example.org"] {
            world.turn_clock(std::time::Duration::from_secs(1));
            served.register(email).await.assert_status(201);
        }
        let newest_first = ["C@example.org", "a@example.org", "B@example.org", "m@example.org"];
        assert_eq!(emails(&list(&admin, "").await), newest_first);
        let by_email = ["a@example.org", "B@example.org", "C@example.org", "m@example.org"];
        assert_eq!(emails(&list(&admin, "sort=email").await), by_email);
        let mut reversed = by_email;
        reversed.reverse();
        assert_eq!(emails(&list(&admin, "sort=-email").await), reversed);
        // Three are called Ada, and the admin Admin.
        let by_name = emails(&list(&admin, "sort=-display_name,email").await);
        assert_eq!(by_name, ["m@example.org", "a@example.org", "B@example.org", "C@example.org"]);

        let eve = served.user("eve@example.org").await;
        admin.patch(&eve, json!({ "status": "suspended" })).await.assert_status(200);
        assert_eq!(emails(&list(&admin, "status=suspended").await), ["eve@example.org"]);
        assert_eq!(emails(&list(&admin, "status=active").await), newest_first);
        admin.delete(&eve).await.assert_status(204);
        assert!(emails(&list(&admin, "status=suspended").await).is_empty());
    }

    /// By cursor through the whole list, or by page with a total.
    async fn pages(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("z@example.org").await;
        for index in 0..5 {
            served.register(&format!("user{index}@example.org")).await.assert_status(201);
        }
        let whole = emails(&list(&admin, "sort=email").await);
        let mut walked = Vec::new();
        let mut query = "sort=email&limit=2".to_owned();
        loop {
            let page = list(&admin, &query).await;
            walked.extend(emails(&page));
            page.assert_statements(1);
            let pagination = page.json()["pagination"].clone();
            assert!(pagination.get("total").is_none(), "{pagination}");
            let Some(cursor) = pagination["next_cursor"].as_str() else {
                break;
            };
            query = format!("sort=email&limit=2&after={cursor}");
        }
        assert_eq!(walked, whole);
        let page = list(&admin, "sort=email&limit=4&page=2").await;
        assert_eq!(emails(&page), whole[4..]);
        assert_eq!(page.json()["pagination"]["total"], 6);
    }

    /// Named, each with its field.
    async fn refuses_what_it_does_not_know(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("m@example.org").await;
        for (query, field) in [
            ("role=admin", "role"),
            ("status=gone", "status"),
            ("sort=password_hash", "sort"),
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("after=x", "after"),
        ] {
            let refused = list(&admin, query).await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.error_fields(), [field]);
        }
    }
}
