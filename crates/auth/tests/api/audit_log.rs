//! The audit log: who reads it, what it tells, and that nobody changes it.

use std::time::Duration;

use ashlar_core::principal::UserId;
use ashlar_testkit::{TestClient, TestResponse, World, on_each_database};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Member,
    api_keys::{KEYS, create, serve_notes},
    serve,
};

pub(crate) const AUDIT: &str = "/api/v1/audit";
const ACTIVITY: &str = "/api/v1/auth/activity";

/// An entry as tests write it, past the application.
pub(crate) struct Written {
    pub(crate) at: DateTime<Utc>,
    pub(crate) action: &'static str,
    pub(crate) actor: Option<UserId>,
    pub(crate) user: Option<UserId>,
    pub(crate) details: String,
}

pub(crate) async fn write(world: &World, entry: Written) -> Uuid {
    let id = UserId::new().as_uuid();
    let values: [sea_orm::Value; 8] = [
        id.into(),
        entry.at.into(),
        entry.action.into(),
        entry.actor.map(|actor| actor.as_uuid()).into(),
        entry.user.map(|user| user.as_uuid()).into(),
        "192.0.2.7".into(),
        "a browser".into(),
        entry.details.into(),
    ];
    let sql = "INSERT INTO audit_log (id, at, action, actor_id, user_id, address, user_agent, details) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let database = world.database();
    let backend = database.connection().get_database_backend();
    let insert = Statement::from_sql_and_values(backend, sql, values);
    database.connection().execute_raw(insert).await.unwrap();
    id
}

async fn list(client: &TestClient, query: &str) -> TestResponse {
    client.get(format!("{AUDIT}?{query}")).send().await
}

fn rows(page: &TestResponse) -> Vec<Value> {
    page.assert_status(200);
    page.json()["data"].as_array().unwrap().clone()
}

fn actions(page: &TestResponse) -> Vec<String> {
    let action = |row: &Value| row["action"].as_str().unwrap().to_owned();
    rows(page).iter().map(action).collect()
}

fn times(page: &TestResponse) -> Vec<String> {
    rows(page)
        .iter()
        .map(|row| row["at"].as_str().unwrap().to_owned())
        .collect()
}

/// Five entries, a minute apart from now on, of things that `by` did to `to`.
async fn write_five(world: &World, by: &Member, to: &Member) {
    for minute in 0..5 {
        write(
            world,
            Written {
                at: world.now() + Duration::from_secs(60 * minute),
                action: if minute % 2 == 0 {
                    "test.even"
                } else {
                    "test.odd"
                },
                actor: Some(by.id),
                user: Some(to.id),
                details: json!({ "minute": minute }).to_string(),
            },
        )
        .await;
    }
}

on_each_database! {
    async fn only_who_may_reads_the_log(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        for path in [AUDIT.to_owned(), format!("{AUDIT}/export")] {
            ada.client.get(&path).send().await.assert_error(403, "FORBIDDEN");
            served.app.anonymous().get(&path).send().await.assert_status(401);
            served.app.bearer("x").get(&path).send().await.assert_status(401);
        }
        let admin = served.admin("root@example.org").await;
        assert_eq!(list(&admin.client, "").await.status(), 200);
    }

    /// Who, to whom, from where, in which session and request.
    async fn an_entry_tells_what_happened(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        let ada = served.user("ada@example.org").await;
        let page = list(&admin.client, &format!("user_id={}", ada.id)).await;
        let [entry, registered] = <[Value; 2]>::try_from(rows(&page)).unwrap();
        assert_eq!(registered["action"], "user.registered");
        assert_eq!(entry["action"], "session.started");
        assert_eq!((&entry["user_id"], &entry["actor_id"]), (&json!(ada.id), &json!(ada.id)));
        assert_eq!(entry["at"], json!(world.now()));
        assert_eq!(entry["address"], "127.0.0.1");
        assert_eq!(entry["details"], json!({ "methods": "pwd" }));
        assert!(entry["session_id"].is_string() && entry["request_id"].is_string(), "{entry}");
    }

    async fn entries_are_filtered(world: World) {
        let served = serve(&world).await;
        let (admin, ada) = (served.admin("root@example.org").await, served.user("ada@example.org").await);
        world.turn_clock(Duration::from_secs(1));
        write_five(&world, &admin, &ada).await;
        let since = |minute: u64| (world.now() + Duration::from_secs(60 * minute)).format("%FT%T%.6fZ");
        let cases = [
            (format!("actor_id={}&user_id={}", admin.id, ada.id), 5),
            (format!("actor_id={}&user_id={}", ada.id, admin.id), 0),
            ("action=test.even".to_owned(), 3),
            ("action=test.odd".to_owned(), 2),
            ("action=test".to_owned(), 0),
            (format!("since={}", since(1)), 4),
            (format!("user_id={}&until={}&since={}", ada.id, since(3), since(1)), 2),
            (format!("since={}&until={}", since(3), since(1)), 0),
        ];
        // The admin's standing is read once.
        list(&admin.client, "").await.assert_status(200);
        for (query, expected) in cases {
            let page = list(&admin.client, &query).await;
            assert_eq!(rows(&page).len(), expected, "{query}");
            page.assert_statements(1);
        }
        for (query, field) in [("user_id=1", "user_id"), ("since=today", "since"),
            ("action=", "action"), ("address=x", "address"), ("sort=action", "sort")] {
            let refused = list(&admin.client, query).await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.error_fields(), [field], "{query}");
        }
    }

    /// What looks like SQL is a text like any other.
    async fn a_filter_cannot_reach_the_statement(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        for action in ["' OR '1'='1", "x'; DROP TABLE audit_log; --", "%", "test_even", "\\"] {
            let page = admin.client.get(AUDIT).query("action", action).send().await;
            assert_eq!(actions(&page), [] as [&str; 0], "{action}");
        }
        assert_eq!(actions(&list(&admin.client, "").await), ["session.started", "admin.created"]);
    }

    async fn the_newest_come_first_and_pages_lose_nothing(world: World) {
        let served = serve(&world).await;
        let (admin, ada) = (served.admin("root@example.org").await, served.user("ada@example.org").await);
        write_five(&world, &admin, &ada).await;
        let whole = times(&list(&admin.client, "").await);
        assert!(whole.is_sorted_by(|a, b| a >= b), "{whole:?}");
        assert_eq!(whole.len(), 9);
        let (mut walked, mut query) = (Vec::new(), "limit=2".to_owned());
        loop {
            let page = list(&admin.client, &query).await;
            walked.extend(times(&page));
            let Some(cursor) = page.json()["pagination"]["next_cursor"].as_str().map(str::to_owned)
            else {
                break;
            };
            query = format!("limit=2&after={cursor}");
        }
        assert_eq!(walked, whole);
    }

    /// Not by the application, nor by whoever has its connection.
    async fn nothing_changes_or_removes_an_entry(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        let before = list(&admin.client, "").await.json();
        let insert = "INTO audit_log (id, at, action, details) SELECT id, at, 'x', '{}' FROM audit_log";
        let attempts = match world.backend() {
            ashlar_testkit::Backend::Postgres => vec![
                "TRUNCATE audit_log".to_owned(),
                format!("INSERT {insert} ON CONFLICT (id) DO UPDATE SET action = 'x'"),
            ],
            ashlar_testkit::Backend::Sqlite => vec![
                format!("INSERT OR REPLACE {insert}"),
                format!("REPLACE {insert}"),
                format!("INSERT {insert} WHERE true ON CONFLICT (id) DO UPDATE SET action = 'x'"),
            ],
        };
        let always = ["UPDATE audit_log SET action = 'x'", "DELETE FROM audit_log",
            "DELETE FROM audit_log WHERE action = 'session.started'"];
        for sql in always.map(str::to_owned).into_iter().chain(attempts) {
            let database = world.database();
            let refused = database.connection().execute_unprepared(&sql).await.unwrap_err();
            assert!(refused.to_string().contains("append-only"), "{sql}: {refused}");
        }
        assert_eq!(list(&admin.client, "").await.json(), before);
    }

    /// One's own doing, and what happened to one; nothing of others.
    async fn everybody_sees_their_own_activity(world: World) {
        let served = serve(&world).await;
        let (admin, ada) = (served.admin("root@example.org").await, served.user("ada@example.org").await);
        let eve = served.user("eve@example.org").await;
        world.turn_clock(Duration::from_secs(1));
        let details = json!({ "told": "to whom it is about" });
        let entry = |action, actor, user| Written {
            at: world.now(), action, actor, user, details: details.to_string(),
        };
        write(&world, entry("test.done", Some(admin.id), Some(ada.id))).await;
        write(&world, entry("test.tried", None, Some(ada.id))).await;
        write(&world, entry("test.elsewhere", Some(admin.id), Some(eve.id))).await;
        write(&world, entry("test.nobody", None, None)).await;
        let page = ada.client.get(ACTIVITY).send().await;
        assert_eq!(actions(&page), ["test.tried", "test.done", "session.started", "user.registered"]);
        let [tried, done, started, _] = <[Value; 4]>::try_from(rows(&page)).unwrap();
        // Somebody with no sign-in: where from is just what one wants to know.
        assert_eq!(tried["address"], "192.0.2.7");
        assert_eq!((&tried["by_you"], &tried["by_another"]), (&json!(false), &json!(false)));
        // Somebody else: who and from where is theirs.
        assert_eq!((&done["by_you"], &done["by_another"]), (&json!(false), &json!(true)));
        assert_eq!((&done["address"], &done["user_agent"]), (&json!(null), &json!(null)));
        assert_eq!((&done["about_you"], &done["details"]), (&json!(true), &details));
        assert!(!page.text().contains(&admin.id.to_string()), "{}", page.text());
        assert_eq!(started["by_you"], true);
        // What the admin did to others names them no more than it must.
        let page = admin.client.get(ACTIVITY).send().await;
        assert_eq!(actions(&page), ["test.elsewhere", "test.done", "session.started", "admin.created"]);
        let done = &rows(&page)[1];
        assert_eq!((&done["by_you"], &done["about_you"]), (&json!(true), &json!(false)));
        assert_eq!(done["details"], json!({}));
        assert!(!page.text().contains(&ada.id.to_string()), "{}", page.text());
        served.app.anonymous().get(ACTIVITY).send().await.assert_status(401);
    }

    async fn activity_comes_in_pages(world: World) {
        let served = serve(&world).await;
        let (admin, ada) = (served.admin("root@example.org").await, served.user("ada@example.org").await);
        write_five(&world, &admin, &ada).await;
        let first = ada.client.get(format!("{ACTIVITY}?limit=4")).send().await;
        let cursor = first.json()["pagination"]["next_cursor"].as_str().unwrap().to_owned();
        let rest = ada.client.get(format!("{ACTIVITY}?limit=4&after={cursor}")).send().await;
        let walked = [times(&first), times(&rest)].concat();
        assert_eq!(walked.len(), 7);
        assert!(walked.is_sorted_by(|a, b| a >= b), "{walked:?}");
        // A cursor is its list's own.
        list(&admin.client, &format!("after={cursor}")).await.assert_status(422);
    }

    /// What clients say of themselves is kept as a text, and nothing in it breaks out.
    async fn a_clients_words_stay_words(world: World) {
        let served = serve_notes(&world, &[]).await;
        let admin = served.admin("root@example.org").await;
        let name = "\"},\n{\"action\":\"forged\"}\r\n\u{2028}'; DROP TABLE api_keys; --";
        let made = admin.client.post(KEYS)
            .header("user-agent", "x\"}' OR 1=1 --")
            .json(&json!({ "name": name, "scopes": ["*"] })).send().await;
        made.assert_status(201);
        let page = list(&admin.client, "action=api_key.created").await;
        let [entry] = <[Value; 1]>::try_from(rows(&page)).unwrap();
        assert_eq!(entry["details"]["name"], name);
        assert_eq!(entry["user_agent"], "x\"}' OR 1=1 --");
        create(&admin.client, json!({})).await.assert_status(201);
    }
}
