//! API keys: how they are made and end, and which are accepted.

use std::time::Duration;

use ashlar_core::{
    domain::Domain,
    http::{NoContent, Route},
    principal::{Authorized, Permission, Principal, Recent},
};
use ashlar_testkit::{TestClient, TestResponse, World, on_each_database};
use futures_util::future::join_all;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::{MINUTE, Member, Served, assert_unauthorized, auth, mail_links, oauth};

pub(crate) const KEYS: &str = "/api/v1/auth/api-keys";
pub(crate) const NOTES: &str = "/api/v1/notes";
const INVALID: &str = "Invalid authentication credentials";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// To throw away what is not one's own.
pub(crate) struct PurgeNotes;

impl Permission for PurgeNotes {
    const NAME: &'static str = "notes:purge";
}

/// A domain that knows nothing of keys.
pub(crate) fn notes() -> Domain {
    async fn any(_: Principal) -> NoContent {
        NoContent
    }
    async fn purge(_: Authorized<PurgeNotes>) -> NoContent {
        NoContent
    }
    async fn careful(_: Recent) -> NoContent {
        NoContent
    }
    Domain::new("notes", "Notes")
        .route(Route::get("/notes", any).named("read_notes", "Read"))
        .route(Route::post("/notes", any).named("write_note", "Write"))
        .route(Route::delete("/notes", purge).named("purge_notes", "Purge"))
        .route(Route::put("/notes", careful).named("publish_notes", "Publish"))
}

/// Auth and [`notes`].
pub(crate) async fn serve_notes(world: &World, pairs: &[(&str, &str)]) -> Served {
    let auth = auth(world, pairs);
    let authenticator = auth.authenticator();
    let domains = vec![auth.domain(), notes()];
    auth.compose_roles(&domains).unwrap();
    let app = world.serve_with(domains, authenticator, |_| {}).await;
    Served { auth, app }
}

impl Served {
    /// Whoever holds a new key of `member`'s with these scopes.
    pub(crate) async fn key(&self, member: &Member, scopes: &[&str]) -> TestClient {
        let created = create(&member.client, json!({ "scopes": scopes })).await;
        self.app.bearer(text(&created))
    }
}

pub(crate) async fn create(owner: &TestClient, mut body: Value) -> TestResponse {
    for (field, default) in [("name", json!("a key")), ("scopes", json!(["notes:read"]))] {
        body.as_object_mut()
            .unwrap()
            .entry(field)
            .or_insert(default);
    }
    owner.post(KEYS).json(&body).send().await
}

fn text(created: &TestResponse) -> String {
    created.assert_status(201);
    created.json()["key"].as_str().unwrap().to_owned()
}

async fn listed(owner: &TestClient) -> Vec<Value> {
    let page = owner.get(KEYS).send().await;
    page.assert_status(200);
    page.json()["data"].as_array().unwrap().clone()
}

async fn read(client: &TestClient) -> TestResponse {
    client.get(NOTES).send().await
}

/// `number` in base 62.
fn base62(mut number: u32) -> String {
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = String::new();
    for _ in 0..6 {
        text.insert(0, char::from(digits[number as usize % 62]));
        number /= 62;
    }
    text
}

/// A key that nobody has, with a checksum that is right.
fn forged() -> String {
    let key = format!("ash_pat_{}", "7".repeat(41));
    format!("{key}{}", base62(crc32fast::hash(key.as_bytes())))
}

on_each_database! {
    /// A key is no sign-in: a password that is changed or set anew ends sessions, and no key. Whoever
    /// fears for their keys revokes them.
    async fn a_key_outlives_a_password(world: World) {
        let served = serve_notes(&world, &[]).await;
        let ada = served.user("ada@example.org").await;
        oauth::verify_email(&world, "ada@example.org").await;
        let key = served.key(&ada, &["notes:read"]).await;
        read(&key).await.assert_status(204);
        mail_links::forget(&served, "ada@example.org").await.assert_status(202);
        let token = mail_links::reset_token(&world, &served).await;
        mail_links::reset(&served, &token, "battery staple").await.assert_status(204);
        assert_unauthorized(&ada.me().await, INVALID);
        read(&key).await.assert_status(204);
        let ada = served.granted(ada.id, &served.login("ada@example.org", "battery staple").await);
        let id = listed(&ada.client).await[0]["id"].as_str().unwrap().to_owned();
        let revoke = ada.client.delete(format!("{KEYS}/{id}")).send().await;
        revoke.assert_status(204);
        assert_unauthorized(&read(&key).await, INVALID);
    }

    /// In the answer that made it, and nowhere else: not in lists, not in the database.
    async fn a_key_is_told_once(world: World) {
        let served = serve_notes(&world, &[]).await;
        let ada = served.user("ada@example.org").await;
        let owner = &ada.client;
        let created = create(owner, json!({ "name": "nightly" })).await;
        let key = text(&created);
        assert_eq!(created.header("cache-control"), Some("no-store"));
        let mut shown = created.json();
        shown.as_object_mut().unwrap().remove("key");
        assert_eq!(listed(owner).await, [shown.clone()]);
        assert_eq!(shown["prefix"], key[..12]);
        assert_eq!((&shown["name"], &shown["scopes"]), (&json!("nightly"), &json!(["notes:read"])));
        read(&served.app.bearer(&key)).await.assert_status(204);
        for table in ["api_keys", "audit_log"] {
            let rows = dump(&world, table).await;
            assert!(rows.contains("nightly") && !rows.contains(&key[13..]), "{rows}");
        }
    }

    /// Nobody else sees or ends it.
    async fn a_key_is_its_owners_business(world: World) {
        let served = serve_notes(&world, &[]).await;
        let (ada, eve) = (served.user("ada@example.org").await, served.user("eve@example.org").await);
        let (ada, eve) = (&ada.client, &eve.client);
        let created = create(ada, json!({})).await;
        let path = format!("{KEYS}/{}", created.json()["id"].as_str().unwrap());
        assert_eq!(listed(eve).await, [] as [Value; 0]);
        eve.delete(&path).send().await.assert_error(404, "NOT_FOUND");
        read(&served.app.bearer(text(&created))).await.assert_status(204);
        served.app.anonymous().get(KEYS).send().await.assert_status(401);
    }

    async fn a_revoked_key_is_refused_at_once(world: World) {
        let served = serve_notes(&world, &[]).await;
        let ada = served.user("ada@example.org").await;
        let owner = &ada.client;
        let created = create(owner, json!({})).await;
        let holder = served.app.bearer(text(&created));
        read(&holder).await.assert_status(204);
        let path = format!("{KEYS}/{}", created.json()["id"].as_str().unwrap());
        owner.delete(&path).send().await.assert_status(204);
        assert_unauthorized(&read(&holder).await, INVALID);
        owner.delete(&path).send().await.assert_error(404, "NOT_FOUND");
        assert_eq!(listed(owner).await, [] as [Value; 0]);
        assert!(dump(&world, "audit_log").await.contains("api_key.revoked"));
    }

    async fn a_key_of_a_deleted_or_suspended_user_is_dead(world: World) {
        let served = serve_notes(&world, &[]).await;
        let admin = served.admin("root@example.org").await;
        let (ada, eve) = (served.user("ada@example.org").await, served.user("eve@example.org").await);
        let (adas, eves) = (served.key(&ada, &["*"]).await, served.key(&eve, &["*"]).await);
        for holder in [&adas, &eves] {
            read(holder).await.assert_status(204);
        }
        admin.delete(&ada).await.assert_status(204);
        assert_unauthorized(&read(&adas).await, "User not found");
        admin.patch(&eve, json!({ "status": "suspended" })).await.assert_status(200);
        assert_unauthorized(&read(&eves).await, "User not found");
        admin.patch(&eve, json!({ "status": "active" })).await.assert_status(200);
        read(&eves).await.assert_status(204);
    }

    /// A mistyped, shortened or made up key is refused without a query, by its checksum.
    async fn what_only_looks_like_a_key_is_refused(world: World) {
        let served = serve_notes(&world, &[]).await;
        let ada = served.user("ada@example.org").await;
        let key = text(&create(&ada.client, json!({})).await);
        let mistyped = key.replace(key.chars().nth(20).unwrap(), "0");
        let swapped = format!("{}{}", &key[..49], &forged()[49..]);
        for wrong in [&key[..54], &key[..8], &format!("{key}0"), &mistyped, &swapped,
            &"ash_pat_".repeat(7)[..55], &key.to_uppercase().replace("ASH_PAT_", "ash_pat_")] {
            if wrong != key {
                let refused = read(&served.app.bearer(wrong)).await;
                assert_unauthorized(&refused, INVALID);
                refused.assert_statements(0);
            }
        }
        let unknown = read(&served.app.bearer(forged())).await;
        assert_unauthorized(&unknown, INVALID);
        unknown.assert_statements(1);
        read(&served.app.bearer(forged())).await.assert_statements(0);
        read(&served.app.bearer(&key)).await.assert_status(204);
    }

    async fn a_known_key_costs_no_query(world: World) {
        let served = serve_notes(&world, &[]).await;
        let ada = served.user("ada@example.org").await;
        let holder = served.key(&ada, &["notes:read"]).await;
        read(&holder).await.assert_status(204);
        for _ in 0..3 {
            read(&holder).await.assert_status(204).assert_statements(0);
        }
    }

    /// To the moment, with no leeway.
    async fn a_key_expires(world: World) {
        let served = serve_notes(&world, &[]).await;
        let ada = served.user("ada@example.org").await;
        let owner = &ada.client;
        let end = world.now() + Duration::from_secs(60);
        let created = create(owner, json!({ "expires_at": end })).await;
        let holder = served.app.bearer(text(&created));
        world.set_clock(end - Duration::from_micros(1));
        read(&holder).await.assert_status(204);
        world.set_clock(end);
        assert_unauthorized(&read(&holder).await, INVALID);
        assert_eq!(listed(owner).await.len(), 1, "its owner sees that it is over");
    }

    async fn a_key_has_an_end_within_what_is_allowed(world: World) {
        let served = serve_notes(&world, &[]).await;
        let ada = served.user("ada@example.org").await;
        let owner = &ada.client;
        let default = create(owner, json!({})).await.json();
        assert_eq!(default["expires_at"], json!(world.now() + 90 * DAY));
        let longest = world.now() + 366 * DAY;
        create(owner, json!({ "expires_at": longest })).await.assert_status(201);
        let past = world.now();
        let beyond = longest + Duration::from_micros(1);
        for wrong in [json!(null), json!(past), json!(beyond), json!("9999-12-31T23:59:59Z"), json!(7)] {
            let refused = create(owner, json!({ "expires_at": wrong })).await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.error_fields(), ["expires_at"]);
        }
    }

    async fn how_long_keys_live_is_a_setting(world: World) {
        let pairs = [("AUTH_API_KEY_MAX_DAYS", "30"), ("AUTH_API_KEY_ALLOW_PERMANENT", "true")];
        let served = serve_notes(&world, &pairs).await;
        let ada = served.user("ada@example.org").await;
        let owner = &ada.client;
        let default = create(owner, json!({})).await.json();
        assert_eq!(default["expires_at"], json!(world.now() + 30 * DAY));
        let refused = create(owner, json!({ "expires_at": world.now() + 31 * DAY })).await;
        refused.assert_error(422, "VALIDATION_ERROR");
        let created = create(owner, json!({ "expires_at": null })).await;
        world.turn_clock(3650 * DAY);
        read(&served.app.bearer(text(&created))).await.assert_status(204);
    }

    /// Also when they are asked for all at once.
    async fn fifty_keys_are_enough(world: World) {
        let served = serve_notes(&world, &[]).await;
        let ada = served.user("ada@example.org").await;
        let owner = &ada.client;
        let hour = world.now() + 60 * MINUTE;
        let made = join_all((0..54).map(|_| create(owner, json!({ "expires_at": hour })))).await;
        let count = |status| made.iter().filter(|one| one.status() == status).count();
        assert_eq!((count(201), count(409)), (50, 4));
        let first = listed(owner).await[0]["id"].as_str().unwrap().to_owned();
        owner.delete(format!("{KEYS}/{first}")).send().await.assert_status(204);
        create(owner, json!({})).await.assert_status(201);
        create(owner, json!({})).await.assert_error(409, "CONFLICT");
        world.turn_clock(60 * MINUTE);
        let ada = served.member("ada@example.org", &ada.id.to_string()).await;
        create(&ada.client, json!({})).await.assert_status(201);
    }

    /// Once a minute, off the path of the request.
    async fn it_is_known_when_a_key_was_last_used(world: World) {
        let served = serve_notes(&world, &[]).await;
        let ada = served.user("ada@example.org").await;
        let owner = &ada.client;
        let holder = served.app.bearer(text(&create(owner, json!({})).await));
        assert_eq!(listed(owner).await[0]["last_used_at"], json!(null));
        let first = world.now();
        read(&holder).await.assert_status(204);
        until_used_at(owner, json!(first)).await;
        world.turn_clock(MINUTE - Duration::from_micros(1));
        read(&holder).await.assert_status(204).assert_statements(0);
        world.turn_clock(Duration::from_micros(1));
        read(&holder).await.assert_status(204).assert_statements(0);
        until_used_at(owner, json!(first + MINUTE)).await;
    }

    async fn making_a_key_asks_for_a_recent_proof(world: World) {
        let served = serve_notes(&world, &[]).await;
        let ada = served.user("ada@example.org").await;
        world.turn_clock(20 * MINUTE);
        create(&ada.client, json!({})).await.assert_error(403, "STEP_UP_REQUIRED");
        create(&served.app.anonymous(), json!({})).await.assert_status(401);
    }

    async fn what_a_key_is_to_be_is_checked(world: World) {
        let served = serve_notes(&world, &[]).await;
        let ada = served.user("ada@example.org").await;
        let owner = &ada.client;
        for (body, field) in [
            (json!({ "name": "" }), "name"),
            (json!({ "name": "x".repeat(101) }), "name"),
            (json!({ "scopes": [] }), "scopes"),
            (json!({ "scopes": ["notes:read", "notes:eat"] }), "scopes[1]"),
            (json!({ "scopes": ["notes:read notes:write"] }), "scopes[0]"),
            (json!({ "scopes": ["auth:write"] }), "scopes[0]"),
            (json!({ "user_id": ada.id }), "user_id"),
        ] {
            let refused = create(owner, body).await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.error_fields(), [field]);
        }
        let twice = create(owner, json!({ "scopes": ["notes:write", "*", "notes:write"] })).await;
        assert_eq!(twice.json()["scopes"], json!(["*", "notes:write"]));
    }
}

/// Waits until it is written down that the only key was used then.
async fn until_used_at(owner: &TestClient, when: Value) {
    let mut last = json!(null);
    for _ in 0..500 {
        last = listed(owner).await[0]["last_used_at"].clone();
        if last == when {
            return;
        }
        actix_web::rt::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("used at {last}, not at {when}");
}

/// Every row of `table`, as text.
pub(crate) async fn dump(world: &World, table: &str) -> String {
    let columns = match table {
        "api_keys" => "name || ' ' || prefix || ' ' || hash || ' ' || scopes",
        _ => "action || ' ' || details",
    };
    let sql = format!("SELECT {columns} AS line FROM {table}");
    let database = world.database();
    let backend = database.connection().get_database_backend();
    let rows = database
        .connection()
        .query_all_raw(sea_orm::Statement::from_string(backend, sql))
        .await
        .unwrap();
    let lines = rows
        .iter()
        .map(|row| row.try_get::<String>("", "line").unwrap());
    lines.collect::<Vec<_>>().join("\n")
}
