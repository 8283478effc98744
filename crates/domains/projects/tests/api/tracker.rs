//! `GET /tasks/{task_id}` with an external tracker that works, and with some that do not.

use std::{sync::Arc, time::Duration};

use ashlar_core::client::{BreakerSettings, Client, ClientSettings, UpstreamSettings};
use ashlar_projects::HttpTracker;
use ashlar_testkit::{
    TestClient, TestResponse, World, on_each_database,
    upstream::{Reply, Upstream},
};
use serde_json::json;

use crate::{id, project, serve_with, task};

/// A user whose one linked task is read through the tracker at `url`.
async fn linked(world: &World, url: &str, external: &str) -> (TestClient, String) {
    let client = Client::new(&ClientSettings::default(), world.clock()).expect("a client");
    let settings = UpstreamSettings {
        attempt_timeout: Duration::from_millis(300),
        deadline: Duration::from_millis(900),
        backoff: Duration::from_millis(1),
        retries: 1,
        max_response_bytes: 10_000,
        breaker: BreakerSettings {
            failures: 4,
            open_for: Duration::from_secs(60),
        },
        ..UpstreamSettings::new("task_tracker", url)
    };
    let tracker = HttpTracker::over(client.upstream(settings).expect("an upstream"));
    let alice = serve_with(world, Some(Arc::new(tracker))).await.user();
    let made = project(&alice, "apollo").await;
    let linked = task(
        &alice,
        &made,
        json!({"title": "Fly", "external_task_id": external}),
    )
    .await;
    let path = format!("/api/v1/tasks/{}", id(&linked));
    (alice, path)
}

/// The answer names the tracker, and nothing that it said.
fn assert_third_party(answer: &TestResponse, status: u16) {
    answer.assert_error(status, "THIRD_PARTY_ERROR");
    assert_eq!(
        answer.json()["error"]["details"],
        json!({"source": "task_tracker"})
    );
    assert!(!answer.text().contains("SECRET-OF-THE-TRACKER"));
}

on_each_database! {
    async fn its_detail_comes_with_the_task(world: World) {
        let tracker = Upstream::start(|_| Reply::json(r#"{"state":"open","votes":3}"#)).await;
        let (alice, path) = linked(&world, &tracker.url(), "EXT 1/../2?x").await;
        let read = alice.get(&path).header("x-request-id", "trace-me").send().await;
        assert_eq!(read.assert_status(200).json()["external"], json!({"state": "open", "votes": 3}));
        let asked = &tracker.requests()[0];
        assert_eq!(asked.target, "/tasks/EXT%201%2F..%2F2%3Fx");
        assert_eq!(asked.header("x-request-id"), Some("trace-me"));
        assert_eq!(asked.header("authorization"), None);
    }

    async fn a_client_has_both_parts_or_none(world: World) {
        let tracker = Upstream::start(|request| match request.number {
            1 | 2 => Reply::json(r#"{"votes":1}"#),
            _ => Reply::json(r#"{"votes":2}"#),
        }).await;
        let (alice, path) = linked(&world, &tracker.url(), "EXT-1").await;
        let first = alice.get(&path).send().await;
        let tag = first.assert_status(200).header("etag").expect("it has a version").to_owned();
        alice.get(&path).header("if-none-match", &tag).send().await.assert_status(304);
        let voted = alice.get(&path).header("if-none-match", &tag).send().await;
        assert_eq!(voted.assert_status(200).json()["external"], json!({"votes": 2}));
        // The tag still names the version that a change is meant for.
        let change = json!({"status": "done"});
        alice.patch(&path).header("if-match", &tag).json(&change).send().await.assert_status(200);
        alice.patch(&path).header("if-match", &tag).json(&change).send().await.assert_status(412);
    }

    async fn a_task_that_is_not_linked_does_not_ask(world: World) {
        let tracker = Upstream::start(|_| Reply::status(500)).await;
        let (alice, path) = linked(&world, &tracker.url(), "EXT-1").await;
        alice.patch(&path).json(&json!({"external_task_id": null})).send().await.assert_status(200);
        let read = alice.get(&path).send().await;
        assert_eq!(read.assert_status(200).json()["external"], json!(null));
        assert!(tracker.requests().is_empty());
    }

    async fn a_failure_that_passes_is_not_seen(world: World) {
        let tracker = Upstream::start(|request| match request.number {
            1 => Reply::status(503),
            _ => Reply::json("{}"),
        }).await;
        let (alice, path) = linked(&world, &tracker.url(), "EXT-1").await;
        alice.get(&path).send().await.assert_status(200);
        assert_eq!(tracker.requests().len(), 2);
    }

    async fn a_broken_or_lying_tracker_is_a_bad_gateway(world: World) {
        let (html, huge) = ("<h1>SECRET-OF-THE-TRACKER</h1>", "x".repeat(20_000));
        let tracker = Upstream::start(move |request| match request.number {
            1 => Reply::status(500).body("SECRET-OF-THE-TRACKER"),
            2 => Reply::status(404),
            3 => Reply::status(200).header("content-type", "text/html").body(html),
            4 => Reply::json("{\"SECRET-OF-THE-TRACKER\":"),
            _ => Reply::json(huge.clone()),
        }).await;
        let (alice, path) = linked(&world, &tracker.url(), "EXT-1").await;
        for _ in 0..3 {
            assert_third_party(&alice.get(&path).send().await, 502);
        }
    }

    async fn a_slow_tracker_is_a_gateway_timeout(world: World) {
        let tracker = Upstream::start(|_| Reply::silence()).await;
        let (alice, path) = linked(&world, &tracker.url(), "EXT-1").await;
        assert_third_party(&alice.get(&path).send().await, 504);
    }

    async fn a_tracker_that_is_gone_is_left_alone_after_a_while(world: World) {
        let gone = Upstream::gone();
        let (alice, path) = linked(&world, &gone.url(), "EXT-1").await;
        assert_third_party(&alice.get(&path).send().await, 502);
        assert_third_party(&alice.get(&path).send().await, 502);
        let open = alice.get(&path).send().await;
        assert_third_party(&open, 503);
        assert!(open.header("retry-after").is_some());
        // What is local works on.
        alice.patch(&path).json(&json!({"status": "done"})).send().await.assert_status(200);
    }
}
