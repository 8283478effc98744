//! What every answer carries: its id, its time, its protection; and in which coding it comes.

use std::time::Duration;

use ashlar_testkit::{TestApp, TestResponse, World};
use reqwest::Method;
use serde_json::json;

use crate::{
    raw::{self, exchange},
    register, serve, serve_with, trial,
};

/// One answer of every kind: from a handler, a page, the router, an extractor, the middleware.
async fn one_of_each(app: &TestApp) -> Vec<TestResponse> {
    let client = app.anonymous();
    let mut answers = Vec::new();
    for path in [
        "/api/health",
        "/docs",
        "/nowhere",
        "/api/v1/trial/locked",
        "/api/v1/trial/panic",
        "/api/v1/trial/fault",
        "/api/v1/trial/hang",
    ] {
        answers.push(client.get(path).send().await);
    }
    answers.push(client.delete("/api/v1/trial/text").send().await);
    answers.push(
        client
            .request(Method::OPTIONS, "/api/v1/trial/text")
            .send()
            .await,
    );
    answers.push(
        client
            .request(Method::HEAD, "/api/v1/trial/text")
            .send()
            .await,
    );
    let preflight = client
        .request(Method::OPTIONS, "/api/v1/trial/text")
        .header("origin", "http://localhost:3000")
        .header("access-control-request-method", "GET");
    answers.push(preflight.send().await);
    let statuses: Vec<u16> = answers.iter().map(TestResponse::status).collect();
    assert_eq!(
        statuses,
        [200, 200, 404, 401, 500, 500, 503, 405, 204, 200, 200]
    );
    answers
}

async fn trial(world: &World) -> TestApp {
    trial::serve(world, |settings| {
        settings.request_timeout = Duration::from_millis(100)
    })
    .await
}

fn assert_decimals(answer: &TestResponse, header: &str, decimals: usize) -> f64 {
    let text = answer
        .header(header)
        .unwrap_or_else(|| panic!("no {header}: {answer}"));
    let (_, fraction) = text
        .split_once('.')
        .unwrap_or_else(|| panic!("{header}: {text}"));
    assert_eq!(fraction.len(), decimals, "{header}: {text}");
    text.parse().unwrap_or_else(|_| panic!("{header}: {text}"))
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

on_sqlite! {
    async fn every_answer_has_an_id_and_its_time(world: World) {
        let app = trial(&world).await;
        let mut ids = Vec::new();
        for answer in one_of_each(&app).await {
            let id = answer.header("x-request-id").expect("an id").to_owned();
            assert!(is_uuid(&id), "{id}");
            assert!(!ids.contains(&id), "{id} is told twice");
            ids.push(id);
            let millis = assert_decimals(&answer, "x-request-duration-ms", 2);
            let seconds = assert_decimals(&answer, "x-process-time", 4);
            assert!((millis / 1000.0 - seconds).abs() < 0.0002, "{millis} ms are {seconds} s");
        }
    }

    async fn every_answer_is_protected(world: World) {
        let app = trial(&world).await;
        for answer in one_of_each(&app).await {
            for (header, expected) in [
                ("x-content-type-options", "nosniff"),
                ("x-frame-options", "DENY"),
                ("referrer-policy", "no-referrer"),
            ] {
                assert_eq!(answer.header(header), Some(expected), "{header}: {answer}");
            }
            let policy = answer.header("content-security-policy").expect("a policy");
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
            assert!(answer.header("cache-control").is_some(), "{answer}");
            assert_eq!(answer.header("strict-transport-security"), None, "not without TLS");
            assert_eq!(answer.header("server"), None, "what serves is nobody's business");
        }
    }

    async fn a_sane_request_id_is_kept(world: World) {
        let app = serve(&world).await;
        let longest = "x".repeat(128);
        for id in ["a", "0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21", "web-7_a.b", &longest] {
            for path in ["/api/health", "/nowhere"] {
                let answer = app.anonymous().get(path).header("x-request-id", id).send().await;
                assert_eq!(answer.header("x-request-id"), Some(id));
            }
        }
        let refused = app.anonymous().get("/nowhere").header("x-request-id", "mine").send().await;
        assert_eq!(refused.json()["error"]["request_id"], "mine");
    }

    async fn any_other_request_id_is_replaced(world: World) {
        let app = serve(&world).await;
        let long = "x".repeat(129);
        let bad: [&[u8]; 9] = [
            b"", b"a b", b"a\tb", b"a\"b", b"a{b}", b"\xc3\xa4", b"a;b", b"a/b", long.as_bytes(),
        ];
        for id in bad {
            let answer = app.anonymous().get("/nowhere").header("x-request-id", id).send().await;
            let given = answer.header("x-request-id").expect("an id");
            assert!(is_uuid(given), "{id:?} became {given}");
            assert_eq!(answer.json()["error"]["request_id"], given);
        }
        let request = b"GET /nowhere HTTP/1.1\r\nHost: ashlar\r\nX-Request-Id: a\x01b\r\n\r\n";
        let answer = exchange(&app, request).await;
        let given = answer.header("x-request-id");
        assert!(answer.status == 400 || given.is_some_and(is_uuid), "{answer:?}");
    }

    async fn answers_come_in_the_coding_that_was_asked_for(world: World) {
        let app = trial(&world).await;
        let text = app.anonymous().get("/api/v1/trial/text").send().await;
        assert_eq!(text.header("content-encoding"), None);
        for (accepted, expected) in [
            ("gzip", "gzip"),
            ("br", "br"),
            ("gzip;q=0.5, br;q=1.0", "br"),
            ("br;q=0, gzip", "gzip"),
        ] {
            let packed = app.anonymous().get("/api/v1/trial/text").header("accept-encoding", accepted);
            let packed = packed.unchecked().send().await;
            assert_eq!(packed.assert_status(200).header("content-encoding"), Some(expected));
            assert!(packed.bytes().len() < text.bytes().len() / 10, "{accepted}");
            let vary = packed.headers().get_all("vary").iter().map(|value| value.to_str().expect("text"));
            let vary = vary.collect::<Vec<_>>().join(", ").to_lowercase();
            assert!(vary.contains("accept-encoding"), "{vary}");
        }
        for refused in ["identity", "zstd", "gzip;q=0", ""] {
            let plain = app.anonymous().get("/api/v1/trial/text").header("accept-encoding", refused);
            let plain = plain.send().await;
            assert_eq!(plain.header("content-encoding"), None, "{refused:?}");
            assert_eq!(plain.bytes(), text.bytes(), "{refused:?}");
        }
    }

    /// Better an answer than none (RFC 9110, 12.5.3), and 406 is none of the contract's.
    async fn whoever_refuses_every_coding_is_answered_all_the_same(world: World) {
        let app = trial(&world).await;
        for refused in ["*;q=0", "identity;q=0", "identity;q=0, *;q=0", "gzip;q=0, *;q=0"] {
            let answer = app.anonymous().get("/api/v1/trial/conflict").header("accept-encoding", refused);
            answer.send().await.assert_error(409, "CONFLICT");
        }
    }

    async fn versions_survive_compression(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        let description = "stone ".repeat(300);
        let body = json!({"name": "Apollo", "slug": "apollo", "description": description});
        let created = alice.post("/api/v1/projects").json(&body).send().await;
        let path = created.header("location").expect("where it is");
        let packed = alice.get(path).header("accept-encoding", "gzip").unchecked().send().await;
        assert_eq!(packed.assert_status(200).header("content-encoding"), Some("gzip"));
        let etag = packed.header("etag").expect("a version").to_owned();
        let again = alice.get(path).header("if-none-match", &etag).header("accept-encoding", "gzip");
        let again = again.send().await;
        assert_eq!(again.assert_status(304).bytes(), b"");
        assert_eq!(again.header("content-encoding"), None);
        let change = alice.patch(path).header("if-match", &etag).json(&json!({"name": "Gemini"}));
        change.send().await.assert_status(200);
    }

    /// A cache must not give one client's rendering to another.
    async fn what_depends_on_accept_says_so(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        let me = alice.get("/api/v1/auth/me").send().await;
        let etag = me.header("etag").expect("a version").to_owned();
        let unchanged = alice.get("/api/v1/auth/me").header("if-none-match", &etag).send().await;
        unchanged.assert_status(304);
        let missing = alice.get("/api/v1/projects/7").send().await;
        let nowhere = alice.get("/nowhere").send().await;
        for answer in [me, unchanged, missing, nowhere] {
            let values = answer.headers().get_all("vary").iter();
            let names = values.flat_map(|value| value.to_str().expect("text").split(','));
            let names: Vec<String> = names.map(|name| name.trim().to_lowercase()).collect();
            assert!(names.iter().any(|name| name == "accept"), "{names:?}: {answer}");
        }
    }

    /// The database's part is told to developers, and to nobody in production.
    async fn the_databases_cost_is_a_setting(world: World) {
        for (setting, expected) in [("true", true), ("false", false)] {
            let app = serve_with(&world, &[("HTTP_SERVER_TIMING", setting)]).await;
            let answer = app.anonymous().get("/api/health").send().await;
            assert_eq!(answer.header("server-timing").is_some(), expected);
        }
    }

    async fn connections_are_kept_and_closed_as_asked(world: World) {
        let app = serve(&world).await;
        let get = "GET /api/health HTTP/1.1\r\nHost: ashlar\r\n";
        let both = format!("{get}\r\n{get}Connection: close\r\n\r\n");
        let answers = raw::converse(&app, both.as_bytes(), 3).await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [200, 200], "the second is the last");
    }
}
