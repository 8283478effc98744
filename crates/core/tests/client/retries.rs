//! Upstreams that fail for a while: what is tried again, how often and when.

use std::time::{Duration, Instant, SystemTime};

use actix_web::http::header::HttpDate;
use ashlar_core::{
    client::{Client, ClientSettings, Kind, UpstreamSettings},
    clock::Clock,
};
use serde_json::json;

use crate::{
    TASK, Task, connect, settings, task,
    upstream::{Reply, Upstream},
};

/// Fails twice with `status`, then answers.
async fn flapping(status: u16) -> Upstream {
    Upstream::start(move |request| match request.number {
        1 | 2 => Reply::status(status),
        _ => Reply::json(TASK),
    })
    .await
}

#[tokio::test]
async fn a_get_survives_a_flapping_upstream() {
    for status in [408, 429, 502, 503, 504] {
        let double = flapping(status).await;
        let tracker = connect(settings(double.url()));
        assert_eq!(
            tracker.get("/tasks/7").json::<Task>().await.unwrap(),
            task(),
            "{status}"
        );
        assert_eq!(double.requests().len(), 3, "{status}");
    }
}

#[tokio::test]
async fn a_broken_connection_is_retried() {
    let double = Upstream::start(|request| match request.number {
        1 => Reply::close(),
        2 => Reply::json(TASK).claiming_length(1_000).then_reset(),
        _ => Reply::json(TASK),
    })
    .await;
    let tracker = connect(settings(double.url()));
    assert_eq!(
        tracker.get("/tasks/7").json::<Task>().await.unwrap(),
        task()
    );
}

#[tokio::test]
async fn a_post_is_sent_once() {
    for reply in [Reply::status(503), Reply::status(502), Reply::close()] {
        let double = Upstream::start(move |_| reply.clone()).await;
        let tracker = connect(settings(double.url()));
        for call in [
            tracker.post("/t"),
            tracker.put("/t"),
            tracker.patch("/t"),
            tracker.delete("/t"),
        ] {
            call.send().await.unwrap_err();
        }
        assert_eq!(double.requests().len(), 4);
    }
}

#[tokio::test]
async fn a_call_marked_idempotent_is_sent_again_as_it_was() {
    let double = flapping(503).await;
    let tracker = connect(settings(double.url()));
    let call = tracker
        .post("/tasks")
        .header("idempotency-key", "k1")
        .idempotent();
    let made: Task = call
        .json_body(&json!({"title": "Write"}))
        .json()
        .await
        .unwrap();
    assert_eq!(made, task());
    let sent = double.requests();
    assert_eq!(sent.len(), 3);
    for request in &sent {
        assert_eq!(request.body, br#"{"title":"Write"}"#);
        assert_eq!(request.header("idempotency-key"), Some("k1"));
    }
}

#[tokio::test]
async fn retries_end() {
    let double = Upstream::start(|_| Reply::status(502)).await;
    let tracker = connect(UpstreamSettings {
        retries: 3,
        ..settings(double.url())
    });
    let error = tracker.get("/tasks/7").send().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Status(502));
    assert_eq!(double.requests().len(), 4);
}

#[tokio::test]
async fn what_is_final_is_not_retried() {
    for status in [301, 400, 401, 403, 404, 409, 422, 500, 501] {
        let double = Upstream::start(move |_| Reply::status(status)).await;
        let error = connect(settings(double.url()))
            .get("/tasks/7")
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Status(status));
        assert_eq!(double.requests().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    let double = Upstream::start(|request| match request.number {
        1 => Reply::status(429).header("retry-after", "1"),
        _ => Reply::json(TASK),
    })
    .await;
    let begun = Instant::now();
    connect(settings(double.url()))
        .get("/tasks/7")
        .json::<Task>()
        .await
        .unwrap();
    assert!(
        begun.elapsed() >= Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn a_retry_after_past_the_deadline_is_passed_on_at_once() {
    for status in [429, 503] {
        let double = Upstream::start(move |_| Reply::status(status).header("retry-after", "120"));
        let double = double.await;
        let error = connect(settings(double.url()))
            .get("/tasks/7")
            .send()
            .await
            .unwrap_err();
        let asked = Duration::from_secs(120);
        assert_eq!(
            error.kind(),
            Kind::Busy {
                retry_after: Some(asked)
            }
        );
        assert_eq!((error.status(), error.retry_after()), (503, Some(asked)));
        assert_eq!(double.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_retry_after_date_is_read_by_the_clock_that_was_passed_in() {
    let (clock, hand) = Clock::manual();
    let noon = "Tue, 03 Nov 2026 12:00:00 GMT";
    hand.set(SystemTime::from(noon.parse::<HttpDate>().unwrap()).into());
    let double = Upstream::start(|_| {
        Reply::status(503).header("retry-after", "Tue, 03 Nov 2026 12:05:00 GMT")
    })
    .await;
    let client = Client::new(&ClientSettings::default(), clock).unwrap();
    let tracker = client.upstream(settings(double.url())).unwrap();
    let error = tracker.get("/tasks/7").send().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(300)));
    hand.advance(Duration::from_secs(240));
    let error = tracker.get("/tasks/7").send().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
}
