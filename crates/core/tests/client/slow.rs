//! Upstreams that take their time.

use std::time::{Duration, Instant};

use ashlar_core::client::{BreakerSettings, Kind, UpstreamSettings};

use crate::{
    TASK, Task, connect, settings, task,
    upstream::{Reply, Upstream},
};

const MILLI: Duration = Duration::from_millis(1);

/// Far more than any limit set here, far less than the test runner's patience.
const TOO_LONG: Duration = Duration::from_secs(60);

fn impatient(url: String) -> UpstreamSettings {
    UpstreamSettings {
        attempt_timeout: 100 * MILLI,
        retries: 0,
        ..settings(url)
    }
}

#[tokio::test]
async fn an_answer_that_is_late_but_in_time_is_taken() {
    let double = Upstream::start(|_| Reply::json(TASK).after(50 * MILLI).trickling(MILLI)).await;
    let tracker = connect(settings(double.url()));
    assert_eq!(
        tracker.get("/tasks/7").json::<Task>().await.unwrap(),
        task()
    );
}

#[tokio::test]
async fn late_headers_are_a_timeout() {
    let double = Upstream::start(|_| Reply::json(TASK).after(TOO_LONG)).await;
    let tracker = connect(impatient(double.url()));
    let error = tracker.get("/tasks/7").json::<Task>().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status(), error.retry_after()),
        (Kind::Timeout, 504, None)
    );
}

#[tokio::test]
async fn a_trickling_body_is_a_timeout() {
    // Each byte comes soon after the last one: only the whole is too slow.
    let double = Upstream::start(|_| Reply::json(" ".repeat(10_000)).trickling(10 * MILLI)).await;
    let tracker = connect(impatient(double.url()));
    let error = tracker.get("/tasks/7").json::<Task>().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout);
}

#[tokio::test]
async fn a_trickling_error_page_does_not_hide_the_status() {
    let double = Upstream::start(|_| {
        Reply::status(500)
            .body("o".repeat(10_000))
            .trickling(10 * MILLI)
    })
    .await;
    let tracker = connect(settings(double.url()));
    let begun = Instant::now();
    let error = tracker.get("/tasks/7").send().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Status(500));
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn the_deadline_holds_over_all_attempts() {
    let double = Upstream::start(|_| Reply::silence()).await;
    let tracker = connect(UpstreamSettings {
        retries: 1_000,
        deadline: 1_000 * MILLI,
        breaker: BreakerSettings {
            failures: 0,
            ..BreakerSettings::default()
        },
        ..impatient(double.url())
    });
    let begun = Instant::now();
    let error = tracker.get("/tasks/7").send().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout);
    assert!(begun.elapsed() >= 100 * MILLI);
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    let attempts = double.requests().len();
    assert!((2..=10).contains(&attempts), "{attempts} attempts");
}

#[tokio::test]
async fn an_attempt_ends_with_the_deadline() {
    let double = Upstream::start(|_| Reply::silence()).await;
    let tracker = connect(UpstreamSettings {
        deadline: 100 * MILLI,
        ..settings(double.url())
    });
    let begun = Instant::now();
    let error = tracker.get("/tasks/7").send().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout);
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn a_timeout_is_retried_for_get_and_not_for_post() {
    let double = Upstream::start(|request| match request.number {
        1 | 3 => Reply::silence(),
        _ => Reply::json(TASK),
    })
    .await;
    // One second for a local answer: also on a busy machine.
    let settings = UpstreamSettings {
        attempt_timeout: 1_000 * MILLI,
        ..settings(double.url())
    };
    let tracker = connect(settings);
    assert_eq!(
        tracker.get("/tasks/7").json::<Task>().await.unwrap(),
        task()
    );
    let error = tracker.post("/tasks").json::<Task>().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout);
    assert_eq!(double.requests().len(), 3);
}
