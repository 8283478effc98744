//! The audit log as JSON lines.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use actix_web::{rt::time::sleep, web::Data};
use ashlar_core::{
    domain::Domain,
    http::{JsonLines, Route},
};
use ashlar_testkit::{TestClient, TestResponse, World, on_each_database};
use futures_util::stream;
use serde_json::{Value, json};

use crate::{
    api_keys::{create, serve_notes},
    audit_log::{AUDIT, Written, write},
    serve,
};

async fn export(client: &TestClient, query: &str) -> TestResponse {
    client.get(format!("{AUDIT}/export?{query}")).send().await
}

/// Each line is an object on its own.
fn lines(export: &TestResponse) -> Vec<Value> {
    export.assert_status(200);
    assert_eq!(export.header("content-type"), Some("application/x-ndjson"));
    assert!(export.text().is_empty() || export.text().ends_with('\n'));
    let parse = |line: &str| serde_json::from_str(line).unwrap();
    export.text().split_terminator('\n').map(parse).collect()
}

fn written(world: &World, minute: u64, details: &Value) -> Written {
    Written {
        at: world.now() + Duration::from_secs(60 * minute),
        action: "test.done",
        actor: None,
        user: None,
        details: details.to_string(),
    }
}

/// Lines without an end, counted as they are asked for.
async fn endless(asked: Data<Arc<AtomicUsize>>) -> JsonLines<String> {
    let asked = Arc::clone(&asked);
    JsonLines::new(stream::repeat_with(move || {
        asked.fetch_add(1, Relaxed);
        Ok::<_, io::Error>(vec!["x".repeat(1000); 100])
    }))
}

/// Three lines, and then a failure.
async fn broken() -> JsonLines<u8> {
    let batches = [Ok(vec![1, 2, 3]), Err(io::Error::other("lost"))];
    JsonLines::new(stream::iter(batches))
}

fn streams(asked: &Arc<AtomicUsize>) -> Domain {
    Domain::new("streams", "Streams")
        .state(Arc::clone(asked))
        .route(Route::get("/streams/endless", endless).named("read_endless", "Endless"))
        .route(Route::get("/streams/broken", broken).named("read_broken", "Broken"))
}

on_each_database! {
    /// Beyond one batch, none twice, none left out; the last is the export itself.
    async fn an_export_is_whole_and_in_order(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        // At one time, so that batches end between entries that only their ids tell apart.
        for number in 0..1203 {
            write(&world, written(&world, 0, &json!({ "number": number }))).await;
        }
        world.turn_clock(Duration::from_secs(60));
        let exported = lines(&export(&admin.client, "").await);
        assert_eq!(exported.len(), 1206);
        let numbers = exported.iter().filter_map(|line| line["details"]["number"].as_u64());
        assert_eq!(numbers.collect::<Vec<_>>(), (0..1203).collect::<Vec<_>>());
        let last = exported.last().unwrap();
        assert_eq!(last["action"], "audit.exported");
        assert_eq!(last["actor_id"], json!(admin.id));
        assert_eq!(last["details"], json!({ "by": "request", "filters": {} }));
    }

    /// With the filters of the list, which the log remembers.
    async fn an_export_is_filtered(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        for minute in 1..=5 {
            write(&world, written(&world, minute, &json!({ "minute": minute }))).await;
        }
        let (since, until) = (world.now() + Duration::from_secs(120), world.now() + Duration::from_secs(240));
        world.turn_clock(Duration::from_secs(600));
        let time = |time: chrono::DateTime<chrono::Utc>| time.format("%FT%T%.6fZ").to_string();
        let query = format!("action=test.done&since={}&until={}", time(since), time(until));
        let exported = lines(&export(&admin.client, &query).await);
        let minutes: Vec<_> = exported.iter().map(|line| line["details"]["minute"].clone()).collect();
        assert_eq!(minutes, [2, 3]);
        let told = lines(&export(&admin.client, "action=audit.exported").await);
        assert_eq!(told[0]["details"]["filters"]["action"], "test.done");
        assert_eq!(told.len(), 2);
        export(&admin.client, "action=").await.assert_error(422, "VALIDATION_ERROR");
        export(&admin.client, "limit=1").await.assert_error(422, "VALIDATION_ERROR");
    }

    /// An entry is a line, whatever is in it.
    async fn a_line_break_stays_inside_its_line(world: World) {
        let served = serve_notes(&world, &[]).await;
        let admin = served.admin("root@example.org").await;
        let name = "a\n{\"action\":\"forged\"}\r\n\u{2028}\u{85}b";
        create(&admin.client, json!({ "name": name })).await.assert_status(201);
        let exported = lines(&export(&admin.client, "").await);
        let actions: Vec<_> = exported.iter().map(|line| line["action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["admin.created", "session.started", "api_key.created", "audit.exported"]);
        assert_eq!(exported[2]["details"]["name"], name);
    }

    /// What somebody wrote to the table by hand does not end an export.
    async fn what_is_no_json_is_exported_as_text(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        let entry = Written { details: "no\njson".into(), ..written(&world, 0, &json!({})) };
        write(&world, entry).await;
        let exported = lines(&export(&admin.client, "action=test.done").await);
        assert_eq!(exported[0]["details"], json!({ "unreadable": "no\njson" }));
    }

    /// For the collector of logs: with a key, as long as its owner is an admin.
    async fn a_key_exports_while_its_owner_may(world: World) {
        let served = serve_notes(&world, &[]).await;
        let (root, eve) = (served.admin("root@example.org").await, served.admin("eve@example.org").await);
        let holder = served.key(&eve, &["audit:read"]).await;
        assert_eq!(lines(&export(&holder, "").await).last().unwrap()["actor_id"], json!(eve.id));
        holder.get(AUDIT).send().await.assert_status(200);
        root.patch(&eve, json!({ "role": "user" })).await.assert_status(200);
        export(&holder, "").await.assert_error(403, "FORBIDDEN");
        let ada = served.user("ada@example.org").await;
        export(&served.key(&ada, &["audit:read", "*"]).await, "").await.assert_error(403, "FORBIDDEN");
    }

    async fn a_client_that_goes_away_ends_the_stream(world: World) {
        let asked = Arc::new(AtomicUsize::new(0));
        let app = world.serve(vec![streams(&asked)]).await;
        let request = app.anonymous().get("/api/v1/streams/endless");
        // It never ends, so the client gives up.
        request.timeout(Duration::from_millis(300)).try_send().await.unwrap_err();
        let mut before = asked.load(Relaxed);
        assert!(before > 0);
        for _ in 0..100 {
            sleep(Duration::from_millis(50)).await;
            let now = asked.load(Relaxed);
            if now == before {
                return;
            }
            before = now;
        }
        panic!("nobody reads, and it still goes on: {before}");
    }

    /// So that what is there is not taken for the whole.
    async fn a_stream_that_fails_is_cut_off(world: World) {
        let app = world.serve(vec![streams(&Arc::default())]).await;
        let outcome = app.anonymous().get("/api/v1/streams/broken").try_send().await;
        assert!(outcome.is_err(), "{outcome:?}");
    }
}
