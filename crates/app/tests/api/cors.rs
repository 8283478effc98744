//! Which pages may call: those of the settings, whatever the answer turns out to be.

use std::time::Duration;

use ashlar_app::settings::Settings;
use ashlar_core::settings::Source;
use ashlar_testkit::{TestResponse, World};
use reqwest::Method;

use crate::{serve, serve_with, trial};

const OURS: &str = "http://localhost:3000";
const FOREIGN: &str = "https://evil.example";

fn allowed_origin(answer: &TestResponse) -> Option<&str> {
    answer.header("access-control-allow-origin")
}

fn listed(answer: &TestResponse, header: &str) -> Vec<String> {
    let values = answer.header(header).unwrap_or_default().split(',');
    let mut names: Vec<String> = values.map(|name| name.trim().to_lowercase()).collect();
    names.sort();
    names
}

on_sqlite! {
    /// A page that cannot read why it failed can only guess.
    async fn our_pages_read_every_answer(world: World) {
        let limit = Duration::from_millis(100);
        let app = trial::serve(&world, |settings| settings.request_timeout = limit).await;
        for (path, status) in [
            ("/api/health", 200),
            ("/nowhere", 404),
            ("/api/v1/trial/locked", 401),
            ("/api/v1/trial/conflict", 409),
            ("/api/v1/trial/fault", 500),
            ("/api/v1/trial/panic", 500),
            ("/api/v1/trial/hang", 503),
        ] {
            let answer = app.anonymous().get(path).header("origin", OURS).send().await;
            answer.assert_status(status);
            assert_eq!(allowed_origin(&answer), Some(OURS), "{answer}");
            assert_eq!(answer.header("access-control-allow-credentials"), Some("true"), "{answer}");
            let exposed = listed(&answer, "access-control-expose-headers");
            for header in ["x-request-id", "retry-after", "etag", "location", "x-request-duration-ms"] {
                assert!(exposed.iter().any(|one| one == header), "{header} is kept from {answer}");
            }
            assert!(listed(&answer, "vary").contains(&"origin".to_owned()), "{answer}");
        }
    }

    async fn foreign_pages_read_nothing(world: World) {
        let limit = Duration::from_millis(100);
        let app = trial::serve(&world, |settings| settings.request_timeout = limit).await;
        for path in ["/api/health", "/nowhere", "/api/v1/trial/panic", "/api/v1/trial/hang"] {
            for origin in [FOREIGN, "null", "http://localhost:3000.evil.example", "https://localhost:3000"] {
                let answer = app.anonymous().get(path).header("origin", origin).send().await;
                assert_eq!(allowed_origin(&answer), None, "{origin}: {answer}");
            }
        }
        let answer = app.anonymous().get("/api/health").send().await;
        assert_eq!(allowed_origin(&answer), None, "nobody asked");
    }

    async fn preflights_tell_what_our_pages_may_send(world: World) {
        let app = serve(&world).await;
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let preflight = app.anonymous().request(Method::OPTIONS, "/api/v1/projects")
                .header("origin", OURS)
                .header("access-control-request-method", method)
                .header("access-control-request-headers", "authorization,content-type,if-match");
            let answer = preflight.send().await;
            answer.assert_status(200);
            assert_eq!(allowed_origin(&answer), Some(OURS));
            assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
            assert!(listed(&answer, "access-control-allow-methods").contains(&method.to_lowercase()));
            let headers = listed(&answer, "access-control-allow-headers");
            for header in ["authorization", "content-type", "if-match", "if-none-match", "x-request-id"] {
                assert!(headers.iter().any(|one| one == header), "{header}: {headers:?}");
            }
            assert!(answer.header("access-control-max-age").is_some());
        }
    }

    async fn preflights_of_anybody_else_are_refused(world: World) {
        let app = serve(&world).await;
        for (origin, method, header) in [
            (FOREIGN, "GET", "authorization"),
            (OURS, "TRACE", "authorization"),
            (OURS, "GET", "x-forbidden"),
        ] {
            let preflight = app.anonymous().request(Method::OPTIONS, "/api/v1/projects")
                .header("origin", origin)
                .header("access-control-request-method", method)
                .header("access-control-request-headers", header);
            let answer = preflight.send().await;
            answer.assert_error(400, "BAD_REQUEST");
            assert_eq!(allowed_origin(&answer), None, "{answer}");
        }
    }

    async fn the_settings_name_the_origins(world: World) {
        let variables = [
            ("CORS_ORIGINS", "https://app.example.org"),
            ("CORS_CREDENTIALS", "false"),
        ];
        let app = serve_with(&world, &variables).await;
        let get = |origin| app.anonymous().get("/api/health").header("origin", origin).send();
        let ours = get("https://app.example.org").await;
        assert_eq!(allowed_origin(&ours), Some("https://app.example.org"));
        assert_eq!(ours.header("access-control-allow-credentials"), None);
        assert_eq!(allowed_origin(&get(OURS).await), None);

        let open = [("CORS_ORIGINS", "*"), ("CORS_CREDENTIALS", "false")];
        let app = serve_with(&world, &open).await;
        let any = app.anonymous().get("/api/health").header("origin", FOREIGN).send().await;
        assert_eq!(allowed_origin(&any), Some("*"));
        assert_eq!(any.header("access-control-allow-credentials"), None);
    }
}

/// It would let every page act as whoever is signed in.
#[test]
fn all_origins_together_with_credentials_are_refused() {
    for credentials in [&[("CORS_CREDENTIALS", "true")][..], &[]] {
        let mut variables = vec![("APP_ENV", "test"), ("CORS_ORIGINS", "*")];
        variables.extend(credentials);
        let problems = Settings::read(Source::from_pairs(variables)).expect_err("refused");
        assert!(problems.to_string().contains("CORS_ORIGINS"), "{problems}");
    }
}
