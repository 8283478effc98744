//! Upstreams that fail, and what the log may say of it.

use ashlar_core::{
    client::{Kind, UpstreamSettings},
    secret::Secret,
};

use crate::{
    TASK, Task, connect, settings, told,
    upstream::{Reply, Upstream},
};

#[tokio::test]
async fn a_500_is_told_at_once() {
    let double = Upstream::start(|_| Reply::status(500)).await;
    let error = connect(settings(double.url()))
        .get("/tasks/7")
        .send()
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.status()), (Kind::Status(500), 502));
    assert_eq!(error.upstream(), "tracker");
    assert_eq!(double.requests().len(), 1, "a defect is not retried");
}

#[tokio::test]
async fn a_connection_that_breaks_is_not_half_an_answer() {
    let half = || Reply::json(r#"{"id":7,"#).claiming_length(100);
    let replies = [
        ("reset in the body", half().then_reset()),
        ("closed in the body", half().then_close()),
        (
            "closed in a chunk",
            Reply::json(TASK).chunked().then_close(),
        ),
        ("closed without answer", Reply::close()),
        ("reset without answer", Reply::close().then_reset()),
        (
            "closed in the head",
            Reply::raw("HTTP/1.1 200 OK\r\ncontent-").then_close(),
        ),
        (
            "not HTTP",
            Reply::raw("SSH-2.0-OpenSSH_9.6\r\n\r\n").then_close(),
        ),
    ];
    for (case, reply) in replies {
        let double = Upstream::start(move |_| reply.clone()).await;
        let tracker = connect(UpstreamSettings {
            retries: 1,
            ..settings(double.url())
        });
        let error = tracker.get("/tasks/7").json::<Task>().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (Kind::Interrupted, 502),
            "{case}"
        );
        assert_eq!(double.requests().len(), 2, "{case}: retried");
        assert!(
            std::error::Error::source(&error).is_some(),
            "{case}: the cause is kept"
        );
    }
}

#[tokio::test]
async fn an_upstream_that_is_gone_is_unreachable() {
    let gone = Upstream::gone();
    let error = connect(settings(gone.url()))
        .get("/tasks/7")
        .send()
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.status()), (Kind::Unreachable, 502));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let double = Upstream::start(|_| Reply::status(302).header("location", "/elsewhere")).await;
    let error = connect(settings(double.url()))
        .get("/tasks/7")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Status(302));
    assert_eq!(double.requests().len(), 1);
}

#[tokio::test]
async fn the_log_gets_a_short_harmless_excerpt() {
    let double = Upstream::start(|_| {
        let forged = "no such task\r\n2026-01-01 ERROR forged\u{1b}[31m ";
        Reply::status(404).body(forged.to_owned() + &"x".repeat(1_000_000))
    })
    .await;
    let error = connect(settings(double.url()))
        .get("/tasks")
        .segment("7")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Status(404));
    let text = error.to_string();
    assert!(
        text.contains("no such task 2026-01-01 ERROR forged [31m xxx"),
        "{text}"
    );
    assert!(!text.contains(char::is_control), "{text}");
    assert!(text.chars().count() < 350, "{text}");
    assert!(
        text.contains(&format!("GET {}/tasks/7", double.url())),
        "{text}"
    );
}

#[tokio::test]
async fn no_error_tells_a_secret() {
    let gone = Upstream::gone();
    // A debug page that shows what it was sent.
    let echo = Upstream::start(|request| Reply::status(500).body(format!("{request:?}"))).await;
    let silent = Upstream::start(|_| Reply::silence()).await;
    let liar = Upstream::start(|_| Reply::json(r#"{"id":"sesame-body","title":1}"#)).await;
    for url in [gone.url(), echo.url(), silent.url(), liar.url()] {
        let tracker = connect(UpstreamSettings {
            authorization: Some(Secret::from("Bearer sesame-one")),
            attempt_timeout: std::time::Duration::from_secs(1),
            retries: 0,
            ..settings(url)
        });
        let call = tracker
            .get("/tasks/7")
            .query("key", "sesame-two")
            .secret_header("x-key", &Secret::from("sesame-three"));
        assert!(!format!("{call:?}").contains("sesame"), "{call:?}");
        let error = call.json::<Task>().await.unwrap_err();
        let told = told(&error);
        assert!(told.contains("key=…"), "{told}");
        for secret in ["sesame-one", "sesame-three", "sesame-body"] {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
        if error.kind() != Kind::Status(500) {
            assert!(!told.contains("sesame-two"), "{told}");
        }
    }
}
