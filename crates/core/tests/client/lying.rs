//! Upstreams that answer something else than they promise.

use ashlar_core::client::{Kind, UpstreamSettings};

use crate::{
    TASK, Task, connect, settings, task,
    upstream::{Reply, Upstream},
};

const MEBIBYTE: usize = 1024 * 1024;

async fn kind_of(reply: Reply) -> (Kind, usize) {
    let double = Upstream::start(move |_| reply.clone()).await;
    let error = connect(settings(double.url()))
        .get("/tasks/7")
        .json::<Task>()
        .await
        .unwrap_err();
    assert_eq!(error.status(), 502);
    assert_eq!(double.requests().len(), 1, "a lie is not retried");
    (error.kind(), double.bytes_sent())
}

#[tokio::test]
async fn what_is_not_the_promised_json_is_invalid() {
    let html = "<html>Sign in to the Wi-Fi</html>";
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0".to_vec();
    let replies = [
        (
            "HTML with 200",
            Reply::status(200)
                .header("content-type", "text/html")
                .body(html),
        ),
        ("HTML said to be JSON", Reply::json(html)),
        (
            "JSON said to be HTML",
            Reply::status(200)
                .header("content-type", "text/html")
                .body(TASK),
        ),
        ("no content type", Reply::status(200).body(TASK)),
        ("cut JSON", Reply::json(r#"{"id":7,"ti"#)),
        ("two values", Reply::json(TASK.repeat(2))),
        (
            "another shape",
            Reply::json(r#"{"id":"seven","title":null}"#),
        ),
        (
            "not UTF-8",
            Reply::json(b"{\"id\":7,\"title\":\"\xff\"}".to_vec()),
        ),
        ("deep nesting", Reply::json("[".repeat(100_000))),
        ("empty", Reply::json("")),
        ("no content", Reply::status(204)),
        (
            "said to be compressed",
            Reply::json(TASK).header("content-encoding", "br"),
        ),
        (
            "compressed unasked",
            Reply::json(gzip).header("content-encoding", "gzip"),
        ),
    ];
    for (case, reply) in replies {
        assert_eq!(kind_of(reply).await.0, Kind::Invalid, "{case}");
    }
}

#[tokio::test]
async fn reading_stops_at_the_limit() {
    let piece = || Reply::json(vec![b' '; 64 * 1024]);
    let replies = [
        (
            "100 MB declared, none sent",
            Reply::json("").claiming_length(100_000_000),
        ),
        (
            "100 MB, declared",
            piece().claiming_length(100_000_000).endless(),
        ),
        (
            "a length of 2^60",
            piece().claiming_length(1 << 60).endless(),
        ),
        ("endless, no length", piece().without_length().endless()),
        ("endless, chunked", piece().chunked().endless()),
    ];
    for (case, reply) in replies {
        let (kind, sent) = kind_of(reply).await;
        assert_eq!(kind, Kind::TooLarge { limit: MEBIBYTE }, "{case}");
        // The limit, and what the two sockets' buffers hold.
        assert!(sent < 32 * MEBIBYTE, "{case}: took {sent} bytes");
    }
}

#[tokio::test]
async fn the_limit_itself_is_allowed() {
    for (length, fits) in [(1_000, true), (1_001, false)] {
        for chunked in [false, true] {
            let reply = Reply::status(200).body("x".repeat(length));
            let reply = if chunked { reply.chunked() } else { reply };
            let double = Upstream::start(move |_| reply.clone()).await;
            let limited = UpstreamSettings {
                max_response_bytes: 1_000,
                ..settings(double.url())
            };
            let answer = connect(limited).get("/blob").send().await;
            assert_eq!(
                answer.is_ok_and(|answer| answer.body().len() == length),
                fits
            );
        }
    }
}

#[tokio::test]
async fn an_endless_error_page_is_cut() {
    let page = || {
        Reply::status(400)
            .body("o".repeat(64 * 1024))
            .chunked()
            .endless()
    };
    let double = Upstream::start(move |_| page()).await;
    let error = connect(settings(double.url()))
        .get("/tasks/7")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Status(400));
    assert!(
        double.bytes_sent() < 16 * MEBIBYTE,
        "took {} bytes",
        double.bytes_sent()
    );
}

#[tokio::test]
async fn what_follows_an_answer_is_not_the_next_one() {
    // Response smuggling: the rest of the first body is a whole answer of its own.
    let smuggled = r#"{}HTTP/1.1 200 OK
content-type: application/json
content-length: 24

{"id":6,"title":"Forged"}"#
        .replace('\n', "\r\n");
    let double = Upstream::start(move |request| match request.number {
        1 => Reply::json(smuggled.as_bytes()).claiming_length(2),
        _ => Reply::json(TASK),
    })
    .await;
    let tracker = connect(settings(double.url()));
    let first = tracker.get("/tasks/6").json::<Task>().await.unwrap_err();
    assert_eq!(first.kind(), Kind::Invalid);
    assert_eq!(
        tracker.get("/tasks/7").json::<Task>().await.unwrap(),
        task()
    );
    assert_eq!(
        double.requests()[1].connection,
        2,
        "the connection is not trusted again"
    );
}
