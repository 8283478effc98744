//! Requests that are hardly HTTP, over a bare socket.

use ashlar_testkit::World;
use tokio::io::{AsyncWriteExt, split};

use crate::{
    raw::{self, converse, exchange},
    register, serve,
};

const BYTES: usize = 1 << 20;

fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: ashlar\r\n{headers}\r\n").into_bytes()
}

fn post(headers: &str, body: &str) -> Vec<u8> {
    let head = "POST /api/v1/users HTTP/1.1\r\nHost: ashlar\r\nContent-Type: application/json";
    format!("{head}\r\n{headers}\r\n{body}").into_bytes()
}

/// Requests whose heads are too large: in one header, in many, in the path.
fn too_large() -> [Vec<u8>; 4] {
    let many: String = (0..1000)
        .map(|i| format!("X-{i}: {}\r\n", "x".repeat(1000)))
        .collect();
    [
        get("/api/health", &format!("X-Long: {}\r\n", "x".repeat(BYTES))),
        get("/api/health", &many),
        get("/api/health", &"X: y\r\n".repeat(97)),
        get(&format!("/{}", "x".repeat(BYTES)), ""),
    ]
}

on_sqlite! {
    async fn a_head_of_a_megabyte_is_answered_while_it_is_sent(world: World) {
        let app = serve(&world).await;
        for request in too_large() {
            let answer = exchange(&app, &request).await;
            assert_eq!(answer.status, 431, "{answer:?}");
        }
        let path = exchange(&app, &get(&format!("/{}", "x".repeat(100_000)), "")).await;
        assert_eq!(path.status, 400, "{path:?}");
    }

    /// Also to those who read only once everything is sent.
    async fn a_head_of_a_megabyte_is_answered_after_it_was_sent(world: World) {
        let app = serve(&world).await;
        for request in too_large() {
            let (mut reader, mut writer) = split(raw::connect(&app).await);
            raw::send(&mut writer, &request).await;
            let answer = raw::receive(&mut reader).await.expect("an answer");
            assert_eq!(answer.status, 431, "{answer:?}");
        }
    }

    async fn long_heads_within_the_limits_are_served(world: World) {
        let app = serve(&world).await;
        let header = format!("X-Long: {}\r\n", "x".repeat(60_000));
        assert_eq!(exchange(&app, &get("/api/health", &header)).await.status, 200);
        let path = format!("/{}", "x".repeat(60_000));
        let answer = exchange(&app, &get(&path, "")).await;
        assert_eq!((answer.status, answer.error_code().as_str()), (404, "NOT_FOUND"));
    }

    async fn a_body_with_two_lengths_is_refused(world: World) {
        let app = serve(&world).await;
        for headers in [
            "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
            "Content-Length: 2\r\nContent-Length: 3\r\n",
            "Content-Length: 2\r\nContent-Length: 2\r\n",
            "Content-Length: 2, 2\r\n",
            "Content-Length: +2\r\n",
            "Content-Length: -2\r\n",
            "Content-Length: 0x2\r\n",
            "Content-Length: two\r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: chunked, identity\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: xchunked\r\n",
            "Transfer-Encoding : chunked\r\n",
            "Content-Length : 2\r\n",
        ] {
            // What is smuggled in must not be taken for a second request.
            let smuggled = "0\r\n\r\nGET /api/health HTTP/1.1\r\nHost: ashlar\r\n\r\n";
            let answers = converse(&app, &post(headers, smuggled), 2).await;
            let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
            assert_eq!(statuses, [400], "{headers:?}");
        }
    }

    async fn broken_chunks_are_refused(world: World) {
        let app = serve(&world).await;
        for chunks in ["zz\r\n{}\r\n0\r\n\r\n", "-1\r\n{}\r\n", "fffffffffffffffff\r\n{}\r\n", "2\r\n{}xx0\r\n\r\n"] {
            let answer = exchange(&app, &post("Transfer-Encoding: chunked\r\n", chunks)).await;
            assert_eq!(answer.status, 400, "{chunks:?}: {answer:?}");
        }
    }

    async fn what_is_no_http_is_answered_all_the_same(world: World) {
        let app = serve(&world).await;
        for request in [
            &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..],
            b"hello\r\n\r\n",
            b"GET\r\n\r\n",
            b"GET /\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET / HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: ashlar\r\nno colon\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: ashlar\r\nX: a\0b\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: ashlar\r\n folded: x\r\n\r\n",
            b"GET /a b HTTP/1.1\r\nHost: ashlar\r\n\r\n",
        ] {
            let answer = exchange(&app, request).await;
            let request = String::from_utf8_lossy(request);
            assert_eq!(answer.status, 400, "{request:?}: {answer:?}");
        }
    }

    async fn strange_paths_and_methods_are_not_found_or_not_allowed(world: World) {
        let app = serve(&world).await;
        let send = |line: &str| format!("{line} HTTP/1.1\r\nHost: ashlar\r\n\r\n").into_bytes();
        for line in [
            "GET /%ff%00", "GET /../../etc/passwd", "GET /%2e%2e/", "GET //", "GET /docs/../openapi.json",
            "GET /docs/assets/../../Cargo.toml", "GET /api/v1/projects;x=1", "OPTIONS *", "GET /%", "GET /%zz", "GET no-slash",
        ] {
            let answer = exchange(&app, &send(line)).await;
            assert_eq!((answer.status, answer.error_code().as_str()), (404, "NOT_FOUND"), "{line}");
        }
        for method in ["FROBNICATE", "get", "TRACE", "PROPFIND", "PRI"] {
            let answer = exchange(&app, &send(&format!("{method} /api/v1/projects"))).await;
            assert_eq!(answer.status, 405, "{method}: {answer:?}");
            assert_eq!(answer.header("allow"), Some("GET, HEAD, OPTIONS, POST"), "{method}");
        }
    }

    async fn http_1_0_is_served(world: World) {
        let app = serve(&world).await;
        let answers = converse(&app, b"GET /api/health HTTP/1.0\r\n\r\n", 2).await;
        assert_eq!(answers.len(), 1, "the connection is closed");
        assert_eq!(answers[0].status, 200);
        assert!(answers[0].head.starts_with("HTTP/1.0 "), "{:?}", answers[0]);
        let body = r#"{"email": "x", "password": "y"}"#;
        let head = "POST /api/v1/auth/login HTTP/1.0\r\nContent-Type: application/json";
        let request = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        assert_eq!(exchange(&app, request.as_bytes()).await.status, 401);
    }

    async fn pipelined_requests_are_answered_in_their_order(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        let token = format!("Authorization: Bearer {}\r\n", alice.token().expect("signed in"));
        let body = r#"{"name": "x", "slug": "x"}"#;
        let create = format!(
            "POST /api/v1/projects HTTP/1.1\r\nHost: ashlar\r\n{token}Content-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let requests = [
            get("/api/health", ""),
            create.clone().into_bytes(),
            create.into_bytes(),
            get("/nowhere", ""),
            get("/api/v1/auth/me", &token),
            b"nonsense\r\n\r\n".to_vec(),
        ];
        let answers = converse(&app, &requests.concat(), 6).await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [200, 201, 409, 404, 200, 400]);
    }

    /// A body that ends before it is whole is nobody's to act on.
    async fn a_body_cut_short_is_refused(world: World) {
        let app = serve(&world).await;
        for request in [
            post("Content-Length: 1000\r\n", "{\"email\": "),
            post("Transfer-Encoding: chunked\r\n", "5\r\n{\"ema"),
        ] {
            let (mut reader, mut writer) = split(raw::connect(&app).await);
            raw::send(&mut writer, &request).await;
            writer.shutdown().await.expect("the other half stays open");
            let answer = raw::receive(&mut reader).await.expect("an answer");
            assert_eq!((answer.status, answer.error_code().as_str()), (400, "BAD_REQUEST"));
        }
    }
}
