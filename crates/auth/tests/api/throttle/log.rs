//! What a client sends for an address cannot be written into the log.

use std::{fs, time::Duration};

use ashlar_core::{
    settings::{LogSettings, Reader, Source},
    telemetry::{self, Sink},
};
use ashlar_testkit::{Backend, World, run, upstream::Reply};
use serde_json::{Value, json};

use super::{WRONG, behind_proxy};
use crate::oauth::{Idp, Visit, serve_with};

const FORGED: &str =
    "mallory\r\n{\"level\":\"ERROR\",\"message\":\"forged\"}\n\u{1b}[31m@example.org";

/// On one database, since there is one log in a process.
#[test]
fn nothing_can_be_written_into_the_log() {
    run(Backend::Sqlite, async |world: World| {
        let path = world.folder().join("log");
        let mut reader = Reader::new(Source::from_pairs([("LOG_FORMAT", "json")]));
        let settings = LogSettings::read(&mut reader);
        let (dispatch, guard) = telemetry::start(&settings, Sink::file(&path).unwrap()).unwrap();
        tracing::dispatcher::set_global_default(dispatch).unwrap();
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let visit = Visit::begin(&served.app, "dev").await;
        let refusal = json!({ "error": "invalid_grant\r\n{\"level\":\"ERROR\"}\u{1b}[31m" });
        let refusal = Reply::status(400).body(refusal.to_string());
        let refusal = refusal.header("content-type", "application/json");
        idp.says(|told| told.token_reply = Some(refusal));
        visit.end(&served.app).await;
        let visit = Visit::begin(&served.app, "dev").await;
        let back = [("error", FORGED), ("state", &visit.state())];
        visit.back(&served.app, &back).await.assert_status(302);
        let served = behind_proxy(&world, &[]).await;
        for (number, email) in [FORGED, "mallory%0d%0aforged@example.org"]
            .iter()
            .enumerate()
        {
            let body = json!({ "email": email, "password": WRONG });
            let post = served
                .app
                .anonymous()
                .post("/api/v1/auth/login")
                .json(&body);
            let post = post.header("x-request-id", format!("injection-{number}"));
            let post = post.header("user-agent", "forged\tmallory");
            let post = post.header("x-forwarded-for", "203.0.113.9, forged mallory");
            post.send().await.assert_status(401);
        }
        lines_are_written().await;
        drop(guard);
        let log = fs::read_to_string(&path).unwrap();
        let lines: Vec<Value> = log
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        for number in 0..2 {
            let of_this = |line: &&Value| line["request_id"] == format!("injection-{number}");
            let failed = lines
                .iter()
                .filter(of_this)
                .filter(|line| line["reason"] == "unknown_email");
            assert_eq!(failed.count(), 1, "{log}");
        }
        let failed = |line: &&Value| line["message"] == "oauth_identify_failed";
        let refused = lines.iter().filter(failed).map(|line| &line["error"]);
        let refused: Vec<&Value> = refused.collect();
        assert_eq!(
            refused,
            ["the provider refused: invalid_grantlevelERROR31m"]
        );
        for secret in ["mallory", "forged", WRONG] {
            assert!(!log.contains(secret), "{secret} in {log}");
        }
    });
}

/// The line of a request is written after its answer.
async fn lines_are_written() {
    actix_web::rt::time::sleep(Duration::from_millis(100)).await;
}
