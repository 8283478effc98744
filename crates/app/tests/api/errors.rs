//! Whatever goes wrong, and wherever: one shape, in the rendering that the client asked for.

use std::time::Duration;

use ashlar_core::settings::{ErrorFormat, HttpSettings};
use ashlar_testkit::{TestApp, TestRequest, TestResponse, World, on_each_database};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    operations::NOBODY,
    register, serve, serve_with,
    trial::{self, CAUSE},
};

const RENDERINGS: [&str; 3] = [
    "application/json",
    "application/problem+json",
    "application/vnd.vben+json",
];

/// Something that fails: how to ask for it, and what comes of it.
struct Failure {
    method: Method,
    path: &'static str,
    body: Option<(&'static str, String)>,
    status: u16,
    code: &'static str,
    message: &'static str,
}

const JSON: &str = "application/json";

const ANONYMOUS: &str = "Not authenticated";
const BROKEN: &str = "The body ends too early (line 1, column 1)";
const FAILED: &str = "A third party failed";
const INTERNAL: &str = "Internal server error";
const INVALID: &str = "Validation failed";
const NO_JSON: &str = "The body must be application/json";
const NOT_ALLOWED: &str = "The method is not allowed here";
const TAKEN: &str = "The name is taken";
const TOO_LARGE: &str = "The body is larger than 1024 bytes";
const TOO_LONG: &str = "The request took too long";

/// One of each kind: by the router, the middleware, the handlers, the extractors.
fn failures() -> Vec<Failure> {
    let gets = [
        ("/nowhere", 404, "NOT_FOUND", "Route not found"),
        ("/api/v1/nowhere", 404, "NOT_FOUND", "Route not found"),
        ("/api/v1/trial/nowhere", 404, "NOT_FOUND", "Route not found"),
        ("/api/v1/trial/echo", 405, "METHOD_NOT_ALLOWED", NOT_ALLOWED),
        ("/api/v1/trial/hang", 503, "TIMEOUT", TOO_LONG),
        ("/api/v1/trial/panic", 500, "INTERNAL_ERROR", INTERNAL),
        ("/api/v1/trial/fault", 500, "INTERNAL_ERROR", INTERNAL),
        ("/api/v1/trial/conflict", 409, "CONFLICT", TAKEN),
        ("/api/v1/trial/busy", 429, "TOO_MANY_REQUESTS", "Slow down"),
        ("/api/v1/trial/upstream", 502, "THIRD_PARTY_ERROR", FAILED),
        ("/api/v1/trial/locked", 401, "UNAUTHORIZED", ANONYMOUS),
    ];
    let long = " ".repeat(1025);
    let posts = [
        (JSON, "{", 400, "BAD_REQUEST", BROKEN),
        ("text/plain", "", 415, "UNSUPPORTED_MEDIA_TYPE", NO_JSON),
        (JSON, &long, 413, "PAYLOAD_TOO_LARGE", TOO_LARGE),
        (JSON, r#"{"text": ""}"#, 422, "VALIDATION_ERROR", INVALID),
    ];
    let gets = gets.map(|(path, status, code, message)| Failure {
        method: Method::GET,
        path,
        body: None,
        status,
        code,
        message,
    });
    let posts = posts.map(|(content_type, body, status, code, message)| Failure {
        method: Method::POST,
        path: "/api/v1/trial/echo",
        body: Some((content_type, body.to_owned())),
        status,
        code,
        message,
    });
    gets.into_iter().chain(posts).collect()
}

/// Impatient, and in no mood for long bodies.
fn strict(settings: &mut HttpSettings) {
    settings.request_timeout = Duration::from_millis(200);
    settings.max_body_bytes = 1024;
}

impl Failure {
    fn request(&self, app: &TestApp) -> TestRequest {
        let request = app.anonymous().request(self.method.clone(), self.path);
        match &self.body {
            Some((content_type, body)) => request
                .header("content-type", content_type)
                .body(body.as_str()),
            None => request,
        }
    }

    fn assert_rendered(&self, rendering: &str, answer: &TestResponse) {
        let place = format!("{} {} as {rendering}: {answer}", self.method, self.path);
        assert_eq!(answer.status(), self.status, "{place}");
        assert_eq!(answer.header("content-type"), Some(rendering), "{place}");
        let request_id = answer.header("x-request-id").expect("an id");
        let body = answer.json();
        assert!(!answer.text().contains(CAUSE), "{place}");
        match rendering {
            "application/json" => {
                let error = &body["error"];
                assert_eq!(keys(&body), ["error"], "{place}");
                assert_eq!(
                    keys(error),
                    ["code", "message", "details", "request_id"],
                    "{place}"
                );
                assert_eq!(error["message"], self.message, "{place}");
                assert_eq!(error["request_id"], request_id, "{place}");
            }
            "application/problem+json" => {
                assert_eq!(body["type"], "about:blank", "{place}");
                assert_eq!(body["status"], self.status, "{place}");
                assert_eq!(body["detail"], self.message, "{place}");
                assert_eq!(body["instance"], self.path, "{place}");
                assert_eq!(body["request_id"], request_id, "{place}");
                assert!(
                    body["title"].is_string() && body["errors"].is_array(),
                    "{place}"
                );
            }
            _ => {
                assert_eq!(
                    keys(&body),
                    ["code", "message", "data", "details"],
                    "{place}"
                );
                assert_eq!(body["message"], self.message, "{place}");
                assert_eq!(body["data"], Value::Null, "{place}");
            }
        }
        assert_eq!(answer.error_code(), self.code, "{place}");
    }
}

fn keys(object: &Value) -> Vec<&str> {
    object
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

on_sqlite! {
    async fn every_failure_has_every_rendering(world: World) {
        let app = trial::serve(&world, strict).await;
        for failure in &failures() {
            for rendering in RENDERINGS {
                let answer = failure.request(&app).header("accept", rendering).send().await;
                failure.assert_rendered(rendering, &answer);
            }
        }
    }

    async fn the_settings_choose_for_those_who_do_not_mind(world: World) {
        for (format, rendering) in [ErrorFormat::Json, ErrorFormat::Problem, ErrorFormat::Vben]
            .into_iter()
            .zip(RENDERINGS)
        {
            let app = trial::serve(&world, |settings| {
                strict(settings);
                settings.error_format = format;
            });
            let app = app.await;
            for failure in &failures() {
                for accept in ["*/*", "text/html"] {
                    let answer = failure.request(&app).header("accept", accept).send().await;
                    failure.assert_rendered(rendering, &answer);
                }
            }
            // Whoever asks for something is not overruled.
            let failure = &failures()[0];
            let answer = failure.request(&app).header("accept", JSON).send().await;
            failure.assert_rendered(JSON, &answer);
        }
    }

    async fn successes_are_wrapped_for_vben_alone(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        let plain = alice.get("/api/v1/auth/me").send().await.json();
        let body = json!({"name": "Apollo", "slug": "apollo"});
        let post = |accept: &str| alice.post("/api/v1/projects").json(&body).header("accept", accept);
        let created = post(RENDERINGS[2]).send().await;
        created.assert_status(201);
        assert_eq!(created.header("content-type"), Some(RENDERINGS[2]));
        assert_eq!(keys(&created.json()), ["code", "message", "data"]);
        assert_eq!(created.json()["data"]["name"], "Apollo");
        for (accept, expected) in [
            (RENDERINGS[0], plain.clone()),
            (RENDERINGS[1], plain.clone()),
            (RENDERINGS[2], json!({"code": 0, "message": "ok", "data": plain})),
        ] {
            let answer = alice.get("/api/v1/auth/me").header("accept", accept).send().await;
            assert_eq!(answer.assert_status(200).json(), expected, "{accept}");
        }
        let list = alice.get("/api/v1/projects").header("accept", RENDERINGS[2]).send().await;
        assert_eq!(list.json()["data"]["data"][0]["name"], "Apollo");
    }

    async fn details_and_headers_say_what_to_do(world: World) {
        let app = trial::serve(&world, strict).await;
        let anonymous = app.anonymous();
        let busy = anonymous.get("/api/v1/trial/busy").send().await;
        assert_eq!(busy.header("retry-after"), Some("2"), "1.5 s, never too early");
        let wrong = anonymous.put("/api/v1/trial/fault").send().await;
        assert_eq!(wrong.header("allow"), Some("GET, HEAD, OPTIONS"));
        let secured = anonymous.get("/api/v1/trial/locked").send().await;
        assert_eq!(secured.header("www-authenticate"), Some("Bearer"));
        let taken = anonymous.get("/api/v1/trial/conflict").send().await;
        let detail = json!([{"field": "name", "message": "is taken", "value": "Apollo"}]);
        assert_eq!(taken.json()["error"]["details"], detail);
        let upstream = anonymous.get("/api/v1/trial/upstream").send().await;
        assert_eq!(upstream.json()["error"]["details"], json!({"source": "oracle"}));
        let problem = anonymous.get("/api/v1/trial/upstream").header("accept", RENDERINGS[1]);
        let problem = problem.send().await.json();
        assert_eq!((&problem["source"], &problem["errors"]), (&json!("oracle"), &json!([])));
    }

    async fn a_panic_takes_nothing_down(world: World) {
        let app = trial::serve(&world, strict).await;
        for _ in 0..20 {
            app.anonymous().get("/api/v1/trial/panic").send().await.assert_error(500, "INTERNAL_ERROR");
            app.anonymous().get("/api/v1/trial/text").send().await.assert_status(200);
        }
    }
}

on_each_database! {
    /// By the real domains: who may what, what is there, and which version it is.
    async fn the_real_routes_fail_alike(world: World) {
        let app = serve_with(&world, &[]).await;
        let (alice, bob) = (register(&app, "alice").await, register(&app, "bob").await);
        let body = json!({"name": "Apollo", "slug": "apollo"});
        let created = alice.post("/api/v1/projects").json(&body).send().await;
        let path = created.header("location").expect("where it is").to_owned();

        bob.get("/api/v1/users").send().await.assert_error(403, "FORBIDDEN");
        bob.get(&path).send().await.assert_error(404, "NOT_FOUND");
        let nobody = format!("/api/v1/projects/{NOBODY}");
        let (theirs, none) = (bob.get(&path).send().await, bob.get(&nobody).send().await);
        assert_eq!(theirs.error_message(), none.error_message(), "they cannot be told apart");

        alice.post("/api/v1/projects").json(&body).send().await.assert_error(409, "CONFLICT");
        let stale = alice.delete(&path).header("if-match", "\"7\"").send().await;
        stale.assert_error(412, "PRECONDITION_FAILED");
        let malformed = alice.get("/api/v1/projects/7").send().await;
        malformed.assert_error(400, "BAD_REQUEST");
        assert_eq!(malformed.error_message(), "Invalid project_id format, expected UUID");
        let invalid = alice.patch(&path).json(&json!({"name": ""})).send().await;
        assert_eq!(invalid.assert_error(422, "VALIDATION_ERROR").error_fields(), ["name"]);
    }
}
