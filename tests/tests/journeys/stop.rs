//! Stopping: nobody who was being served goes without an answer, and what was answered stays.

use std::time::{Duration, Instant};

use ashlar_testkit::{AshlarProcess, TestClient, World, on_each_database};
use futures_util::future::join_all;
use reqwest::Url;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::people::{PASSWORD, email, eventually, register};

/// Longer than anything here takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn requests_in_flight_at_sigterm_are_answered() {
    answers_what_is_in_flight_at("TERM").await;
}

#[tokio::test]
async fn requests_in_flight_at_sigint_are_answered() {
    answers_what_is_in_flight_at("INT").await;
}

/// Eight sign-ins have begun, but their bodies come only after the server stopped listening: so
/// all passwords are hashed while it stops.
async fn answers_what_is_in_flight_at(signal: &str) {
    // At once, all of them at one account are guesses.
    let mut process = AshlarProcess::start(&[("AUTH_ACCOUNT_ATTEMPTS", "20")]).await;
    register(&process, "ada").await;
    let body = json!({ "email": email("ada"), "password": PASSWORD }).to_string();
    let uploads = (0..8).map(|_| Upload::begin(&process, "/api/v1/auth/login", &body));
    let uploads = join_all(uploads).await;

    process.signal(signal);
    eventually(PATIENCE, "it stops listening", async || {
        connect(&process).await.is_err()
    })
    .await;
    let answers = join_all(uploads.into_iter().map(Upload::finish)).await;
    for answer in answers {
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(answer.contains("\"access_token\":\""), "{answer}");
    }
    assert_eq!(
        process.ended().await.code(),
        Some(0),
        "{}",
        process.output()
    );
    assert!(process.output().contains("stopped"), "{}", process.output());
}

#[tokio::test]
async fn while_it_drains_it_is_not_ready_but_serves() {
    let mut process = AshlarProcess::start(&[("SHUTDOWN_DRAIN_DELAY", "3")]).await;
    let ada = register(&process, "ada").await;
    let begun = Instant::now();
    process.signal("TERM");
    eventually(PATIENCE, "it is not ready", async || {
        is_draining(&ada).await
    })
    .await;
    ada.get("/api/v1/health/live")
        .send()
        .await
        .assert_status(200);
    ada.get("/api/v1/auth/me").send().await.assert_status(200);
    // A connection of its own: the listener is open too.
    connect(&process).await.unwrap();
    assert_eq!(
        process.ended().await.code(),
        Some(0),
        "{}",
        process.output()
    );
    assert!(
        begun.elapsed() >= Duration::from_secs(3),
        "it did not wait for load balancers"
    );
}

async fn is_draining(client: &TestClient) -> bool {
    let answer = client.get("/api/v1/health/ready").send().await;
    if answer.status() == 503 {
        answer.assert_error(503, "SERVICE_UNAVAILABLE");
    }
    answer.status() == 503
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    for (first, second) in [("TERM", "TERM"), ("INT", "INT"), ("TERM", "INT")] {
        let mut process = AshlarProcess::start(&[("SHUTDOWN_DRAIN_DELAY", "600")]).await;
        process.signal(first);
        eventually(PATIENCE, "it says so", async || {
            process.output().contains("stopping")
        })
        .await;
        process.signal(second);
        assert_eq!(
            process.ended().await.code(),
            Some(130),
            "{}",
            process.output()
        );
    }
}

#[tokio::test]
async fn a_client_that_never_ends_its_request_does_not_hold_it_up() {
    let mut process = AshlarProcess::start(&[("SHUTDOWN_TIMEOUT", "1")]).await;
    let upload = Upload::begin(&process, "/api/v1/users", "{\"email\":").await;
    let begun = Instant::now();
    assert_eq!(
        process.terminate().await.code(),
        Some(0),
        "{}",
        process.output()
    );
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    drop(upload);
}

#[tokio::test]
async fn idle_connections_do_not_hold_it_up() {
    let mut process = AshlarProcess::start(&[]).await;
    process
        .anonymous()
        .get("/api/v1/health/live")
        .send()
        .await
        .assert_status(200);
    let silent = connect(&process).await.unwrap();
    let begun = Instant::now();
    assert_eq!(
        process.terminate().await.code(),
        Some(0),
        "{}",
        process.output()
    );
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    drop(silent);
}

on_each_database! {
    /// What was answered with 201 is there after a kill in the middle of other writes.
    async fn a_kill_loses_nothing_that_was_answered(world: World) {
        let mut process = AshlarProcess::start(&[("DATABASE_URL", world.database_url())]).await;
        let ada = register(&process, "ada").await;
        let writers = join_all((0..4).map(|writer| write_until_cut_off(&ada, writer)));
        let killer = async {
            eventually(PATIENCE, "some are written", async || total(&ada).await >= 40).await;
            process.signal("KILL");
        };
        let (written, ()) = tokio::join!(writers, killer);
        assert_eq!(process.ended().await.code(), None, "a signal ended it");

        process.restart().await;
        let ada = process.bearer(ada.token().unwrap());
        let written = written.concat();
        assert!(written.len() >= 40 - 4, "{} were answered", written.len());
        for path in &written {
            ada.get(path).send().await.assert_status(200);
        }
        let more = total(&ada).await - u64::try_from(written.len()).unwrap();
        assert!(more <= 4, "each writer had one request in flight, but {more} more are there");
    }
}

/// Creates projects until nobody answers; the answer is where those are that were answered.
async fn write_until_cut_off(owner: &TestClient, writer: usize) -> Vec<String> {
    let mut written = Vec::new();
    for number in 0.. {
        let slug = format!("p-{writer}-{number}");
        let body = json!({ "name": slug, "slug": slug });
        let Ok(answer) = owner.post("/api/v1/projects").json(&body).try_send().await else {
            break;
        };
        answer.assert_status(201);
        written.push(answer.header("location").unwrap().to_owned());
    }
    written
}

/// How many projects they have.
async fn total(owner: &TestClient) -> u64 {
    let list = owner.get("/api/v1/projects?page=1&limit=1").send().await;
    list.assert_status(200).json()["pagination"]["total"]
        .as_u64()
        .unwrap()
}

async fn connect(process: &AshlarProcess) -> std::io::Result<TcpStream> {
    let url = Url::parse(process.url()).unwrap();
    TcpStream::connect((url.host_str().unwrap(), url.port().unwrap())).await
}

/// A request whose body the server waits for.
struct Upload {
    stream: TcpStream,
    body: String,
}

impl Upload {
    /// Sends the head, and waits until the handler asks for the body (RFC 9110, 10.1.1).
    async fn begin(process: &AshlarProcess, path: &str, body: &str) -> Self {
        let mut stream = connect(process).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = [0; 25];
        let read = tokio::time::timeout(PATIENCE, stream.read_exact(&mut answer)).await;
        read.expect("the server asks for the body").unwrap();
        assert_eq!(&answer, b"HTTP/1.1 100 Continue\r\n\r\n");
        Self {
            stream,
            body: body.to_owned(),
        }
    }

    /// Sends the body; the answer is the server's.
    async fn finish(mut self) -> String {
        self.stream.write_all(self.body.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let read = tokio::time::timeout(PATIENCE, self.stream.read_to_string(&mut answer)).await;
        read.expect("the server answers").unwrap();
        answer
    }
}
