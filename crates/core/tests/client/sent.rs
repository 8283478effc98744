//! What goes out: data in its place, our headers, and nothing that was not meant.

use ashlar_core::{
    client::{Client, ClientSettings, Kind, SetupError},
    clock::Clock,
    context::{self, RequestContext},
    secret::Secret,
};
use serde_json::json;

use crate::{
    TASK, Task, connect, settings, task,
    upstream::{Reply, Upstream},
};

#[tokio::test]
async fn data_changes_neither_path_nor_query() {
    let double = Upstream::start(|_| Reply::json(TASK)).await;
    let tracker = connect(settings(double.url() + "/api/"));
    let call = tracker
        .get("/tasks")
        .segment("../admin?x=1")
        .path("/notes")
        .query("q", "a&b=c d")
        .query("page#", "1");
    assert_eq!(call.json::<Task>().await.unwrap(), task());
    let expected = "/api/tasks/..%2Fadmin%3Fx%3D1/notes?q=a%26b%3Dc+d&page%23=1";
    assert_eq!(double.requests()[0].target, expected);
}

#[tokio::test]
async fn what_cannot_be_sent_is_not_sent() {
    let double = Upstream::start(|_| Reply::json(TASK)).await;
    let tracker = connect(settings(double.url()));
    let calls = [
        tracker.get("/tasks").segment(".."),
        tracker.delete("/tasks").segment(""),
        tracker.get("/tasks").header("x-note", "a\r\nx-admin: 1"),
        tracker.get("/tasks").header("x note", "a"),
    ];
    for call in calls {
        let error = call.send().await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (Kind::Unsendable, 502));
    }
    assert!(double.requests().is_empty());
}

#[tokio::test]
async fn our_headers_go_with_every_call() {
    let double = Upstream::start(|_| Reply::json(TASK)).await;
    let tracker = connect(settings(double.url()));
    let context = RequestContext::new("req-42", "GET", "/api/v1/tasks/7");
    context::scope(context, tracker.get("/tasks/7").json::<Task>())
        .await
        .unwrap();
    tracker.get("/tasks/7").send().await.unwrap();
    let [within, outside] = &double.requests()[..] else {
        panic!("two requests")
    };
    assert_eq!(within.method, "GET");
    assert_eq!(within.header("x-request-id"), Some("req-42"));
    assert_eq!(within.header("accept"), Some("application/json"));
    assert_eq!(within.header("accept-encoding"), Some("identity"));
    assert!(within.header("user-agent").unwrap().starts_with("ashlar/"));
    assert_eq!(within.header("authorization"), None);
    assert_eq!(outside.header("x-request-id"), None);
    assert_eq!(outside.header("accept"), Some("*/*"));
    assert_eq!(
        outside.connection, within.connection,
        "the connection is used again"
    );
}

#[tokio::test]
async fn credentials_are_the_upstreams_or_the_calls() {
    let double = Upstream::start(|_| Reply::json(TASK)).await;
    let mut settings = settings(double.url());
    settings.authorization = Some(Secret::from("Bearer sesame"));
    assert!(!format!("{settings:?}").contains("sesame"));
    let tracker = connect(settings);
    assert!(!format!("{tracker:?}").contains("sesame"));
    tracker.get("/me").send().await.unwrap();
    let own = tracker
        .get("/me")
        .secret_header("authorization", &Secret::from("Bearer own"));
    own.send().await.unwrap();
    let sent = double.requests();
    assert_eq!(sent[0].header("authorization"), Some("Bearer sesame"));
    assert_eq!(sent[1].header("authorization"), Some("Bearer own"));
}

#[tokio::test]
async fn a_json_body_is_sent_whole_by_every_method() {
    let double = Upstream::start(|_| Reply::status(204)).await;
    let tracker = connect(settings(double.url()));
    let body = json!({"title": "Ключ", "tags": ["a", "b"]});
    for call in [
        tracker.post("/t"),
        tracker.put("/t"),
        tracker.patch("/t"),
        tracker.delete("/t"),
    ] {
        assert_eq!(call.json_body(&body).send().await.unwrap().status(), 204);
    }
    let sent = double.requests();
    let methods: Vec<&str> = sent.iter().map(|request| request.method.as_str()).collect();
    assert_eq!(methods, ["POST", "PUT", "PATCH", "DELETE"]);
    for request in &sent {
        assert_eq!(request.header("content-type"), Some("application/json"));
        let came: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(came, body);
    }
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_at_start_up() {
    let client = Client::new(&ClientSettings::default(), Clock::system()).unwrap();
    let mut unsafe_credential = settings("http://tracker");
    unsafe_credential.authorization = Some(Secret::from("Bearer se\nsame"));
    let error = client.upstream(unsafe_credential).unwrap_err();
    assert!(matches!(error, SetupError::Authorization { .. }));
    let error = client
        .upstream(settings("http://ann:sesame@tracker"))
        .unwrap_err();
    assert!(matches!(error, SetupError::BaseUrl { .. }));
    assert!(!format!("{error} {error:?}").contains("sesame"));
    let mut endless = settings("http://tracker");
    endless.deadline = std::time::Duration::MAX;
    let error = client.upstream(endless).unwrap_err();
    assert!(matches!(
        error,
        SetupError::Duration {
            setting: "deadline",
            ..
        }
    ));
}
