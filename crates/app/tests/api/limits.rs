//! How much the server takes on: bodies, time, requests at once.

use std::{sync::Arc, time::Duration};

use ashlar_testkit::World;
use futures_util::future::join_all;
use tokio::{io::split, time::timeout};

use crate::{
    raw::{self, exchange},
    serve, serve_with, trial,
};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

const HEAD: &str =
    "POST /api/v1/users HTTP/1.1\r\nHost: ashlar\r\nContent-Type: application/json\r\n";

/// A JSON text of this many bytes.
fn json_of(bytes: usize) -> Vec<u8> {
    let mut body = br#"{"text":""#.to_vec();
    body.resize(bytes - 2, b'x');
    body.extend_from_slice(br#""}"#);
    body
}

fn declared(length: usize) -> Vec<u8> {
    let mut request = format!("{HEAD}Content-Length: {length}\r\n\r\n").into_bytes();
    request.resize(request.len() + length, b'x');
    request
}

fn chunked(length: usize) -> Vec<u8> {
    let mut request = format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
    let chunk = 64 * 1024;
    for _ in 0..length / chunk {
        request.extend_from_slice(format!("{chunk:x}\r\n").as_bytes());
        request.resize(request.len() + chunk, b'x');
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    request
}

on_sqlite! {
    async fn a_body_of_ten_megabytes_is_refused_and_its_sender_told(world: World) {
        let app = serve(&world).await;
        for request in [declared(10_000_000), chunked(10_000_000)] {
            let answer = exchange(&app, &request).await;
            assert_eq!(answer.status, 413, "{answer:?}");
            assert_eq!(answer.error_code(), "PAYLOAD_TOO_LARGE");
        }
    }

    /// Many clients write everything before they read anything.
    async fn also_whoever_reads_only_after_writing_is_told(world: World) {
        let app = serve(&world).await;
        for request in [declared(10_000_000), chunked(10_000_000)] {
            let (mut reader, mut writer) = split(raw::connect(&app).await);
            raw::send(&mut writer, &request).await;
            let answer = raw::receive(&mut reader).await.expect("an answer");
            assert_eq!(answer.status, 413, "{answer:?}");
        }
    }

    async fn whoever_asks_before_sending_is_told_too(world: World) {
        let app = serve(&world).await;
        let (mut reader, mut writer) = split(raw::connect(&app).await);
        let head = format!("{HEAD}Expect: 100-continue\r\nContent-Length: 10000000\r\n\r\n");
        raw::send(&mut writer, head.as_bytes()).await;
        let first = raw::receive(&mut reader).await.expect("an answer");
        if first.status == 100 {
            raw::send(&mut writer, &vec![b'x'; 10_000_000]).await;
            let answer = raw::receive(&mut reader).await.expect("an answer");
            assert_eq!(answer.status, 413, "{answer:?}");
        } else {
            assert_eq!(first.status, 413, "{first:?}");
        }
    }

    /// A body that nobody reads is in nobody's way.
    async fn a_long_body_hides_no_other_refusal(world: World) {
        let app = serve(&world).await;
        let body = "x".repeat(10_000_000);
        for (line, headers, status) in [
            ("POST /api/v1/users", "Content-Type: text/plain", 415),
            ("POST /api/v1/projects", "Content-Type: application/json", 401),
            ("POST /nowhere", "Content-Type: application/json", 404),
            ("PUT /api/v1/users", "Content-Type: application/json", 405),
        ] {
            let head = format!("{line} HTTP/1.1\r\nHost: ashlar\r\n{headers}\r\nContent-Length: 10000000");
            let answer = exchange(&app, format!("{head}\r\n\r\n{body}").as_bytes()).await;
            assert_eq!(answer.status, status, "{line}");
        }
    }

    async fn the_limit_is_exact_and_a_setting(world: World) {
        let app = trial::serve(&world, |settings| settings.max_body_bytes = 5000).await;
        for (length, status) in [(5000, 200), (5001, 413)] {
            let request = app.anonymous().post("/api/v1/trial/echo");
            let request = request.header("content-type", "application/json").body(json_of(length));
            request.send().await.assert_status(status);
        }
        let app = serve_with(&world, &[("HTTP_MAX_BODY_BYTES", "2048")]).await;
        let answer = exchange(&app, &declared(2049)).await;
        assert_eq!(answer.status, 413);
    }

    async fn a_body_that_does_not_arrive_is_the_clients_delay(world: World) {
        let limit = Duration::from_millis(300);
        let app = trial::serve(&world, |settings| settings.request_timeout = limit).await;
        let started = format!("{HEAD}Content-Length: 100\r\n\r\n{{\"email\":");
        let answer = exchange(&app, started.as_bytes()).await;
        assert_eq!((answer.status, answer.error_code().as_str()), (408, "REQUEST_TIMEOUT"));
    }

    async fn a_request_may_take_only_so_long(world: World) {
        let limit = Duration::from_millis(100);
        let app = trial::serve(&world, |settings| settings.request_timeout = limit).await;
        let cut = app.anonymous().get("/api/v1/trial/hang").send().await;
        cut.assert_error(503, "TIMEOUT");
        let duration: f64 = cut.header("x-request-duration-ms").expect("told").parse().expect("a number");
        assert!(duration >= 100.0, "cut off after {duration} ms");
    }

    async fn a_full_house_turns_away_all_but_health_checks(world: World) {
        let gate = Arc::new(trial::Gate::default());
        let app = trial::serve_gated(&world, Arc::clone(&gate), |settings| {
            settings.max_in_flight = 2;
        });
        let app = app.await;
        let client = app.anonymous();
        let waiting = async { join_all((0..2).map(|_| client.get("/api/v1/trial/wait").send())).await };
        let asking = async {
            let both_are_in = gate.arrived.acquire_many(2).await;
            both_are_in.expect("the gate is never closed").forget();
            let turned_away = client.get("/api/v1/trial/conflict").send().await;
            turned_away.assert_error(503, "SERVICE_UNAVAILABLE");
            assert_eq!(turned_away.header("retry-after"), Some("1"));
            assert_eq!(turned_away.error_message(), "Too many requests at once");
            for path in ["/api/v1/health/live", "/api/v1/health/ready", "/api/v1/health/", "/api/health"] {
                client.get(path).send().await.assert_status(200);
            }
            gate.leave.add_permits(2);
        };
        let both = async { tokio::join!(waiting, asking) };
        let (waited, ()) = timeout(PATIENCE, both).await.expect("the third is turned away");
        for answer in waited {
            answer.assert_status(204);
        }
        client.get("/api/v1/trial/conflict").send().await.assert_status(409);
    }

    /// Nor longer than a request may take, whatever became of the client.
    async fn whoever_hangs_up_holds_a_place_no_longer_than_others(world: World) {
        let app = trial::serve(&world, |settings| {
            settings.max_in_flight = 1;
            settings.request_timeout = Duration::from_millis(300);
        });
        let client = app.await.anonymous();
        let impatient = client.get("/api/v1/trial/hang").timeout(Duration::from_millis(100));
        assert!(impatient.try_send().await.is_err(), "it hangs");
        let served = async {
            while client.get("/api/v1/trial/conflict").send().await.status() == 503 {}
        };
        timeout(PATIENCE / 3, served).await.expect("there is a place again");
    }
}
