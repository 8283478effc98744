//! What an operator reads: one line a request, every fault with its cause, and no secret.

use ashlar_testkit::{AshlarProcess, TestClient, World, on_each_database};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::people::{PASSWORD, SECRET_KEY, create_project, register};

/// A process that logs as in production.
async fn start(world: &World) -> AshlarProcess {
    AshlarProcess::start(&[
        ("DATABASE_URL", world.database_url()),
        ("SECRET_KEY", SECRET_KEY),
        ("LOG_FORMAT", "json"),
        ("LOG_LEVEL", "debug"),
    ])
    .await
}

/// Ends the process, and reads everything that it wrote: each line is an object.
async fn read(mut process: AshlarProcess) -> (String, Vec<Value>) {
    process.terminate().await;
    let text = process.output();
    let lines = text.lines().filter(|line| line.starts_with('{'));
    let lines = lines.map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")));
    (text.clone(), lines.collect())
}

/// The lines with this message of the request with this id.
fn of_request<'a>(lines: &'a [Value], message: &str, id: &str) -> Vec<&'a Value> {
    let is_it = |line: &&Value| line["message"] == message && line["request_id"] == id;
    lines.iter().filter(is_it).collect()
}

async fn get(client: &TestClient, path: &str, id: &str) -> u16 {
    let answer = client.get(path).header("x-request-id", id).send().await;
    answer.status()
}

on_each_database! {
    async fn every_request_has_its_line(world: World) {
        let process = start(&world).await;
        let alice = register(&process, "alice").await;
        let me = alice.get("/api/v1/auth/me").send().await.json();
        let requests = [
            ("r-me", "/api/v1/auth/me", 200, true),
            ("r-list", "/api/v1/projects?q=needle", 200, true),
            ("r-invalid", "/api/v1/projects?limit=0", 422, true),
            ("r-malformed", "/api/v1/projects/7", 400, true),
            ("r-nowhere", "/nowhere", 404, true),
            ("r-live", "/api/v1/health/live", 200, false),
        ];
        for (id, path, status, signed_in) in requests {
            let client = if signed_in { alice.clone() } else { process.anonymous() };
            assert_eq!(get(&client, path, id).await, status, "{path}");
        }
        let (_, lines) = read(process).await;
        for (id, path, status, signed_in) in requests {
            let found = of_request(&lines, "request_completed", id);
            assert_eq!(found.len(), 1, "{id}: {found:?}");
            let line = found[0];
            assert_eq!(line["method"], "GET", "{line}");
            assert_eq!(line["path"], path.split('?').next().unwrap(), "{line}");
            assert_eq!(line["status_code"], status, "{line}");
            assert_eq!(line["level"], "INFO", "{line}");
            assert!(line["duration_ms"].as_f64().is_some_and(|millis| millis >= 0.0), "{line}");
            assert!(line["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')), "{line}");
            let expected = if signed_in { me["id"].clone() } else { Value::Null };
            assert_eq!(line["user_id"], expected, "{line}");
        }
    }

    /// Once, with everything that led to it; the client learns only where to look.
    async fn a_fault_is_logged_with_its_whole_chain(world: World) {
        let process = start(&world).await;
        let alice = register(&process, "alice").await;
        let project = create_project(&alice, "apollo").await;
        let database = world.database();
        database.connection().execute_unprepared("DROP TABLE tasks").await.unwrap();
        let path = format!("/api/v1/projects/{}/tasks", project["id"].as_str().unwrap());
        let answer = alice.get(&path).header("x-request-id", "r-fault").send().await;
        answer.assert_error(500, "INTERNAL_ERROR");
        assert_eq!(answer.error_message(), "Internal server error");
        assert!(!answer.text().contains("tasks"), "{answer}");

        let (_, lines) = read(process).await;
        let faults = of_request(&lines, "request_failed", "r-fault");
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!((&faults[0]["level"], &faults[0]["status_code"]), (&json!("ERROR"), &json!(500)));
        assert!(faults[0].to_string().contains("tasks"), "no cause: {}", faults[0]);
        assert_eq!(of_request(&lines, "request_completed", "r-fault").len(), 1);
        let errors = lines.iter().filter(|line| line["level"] == "ERROR").count();
        assert_eq!(errors, 1, "nothing else went wrong");
    }

    /// Not at any level that an operator may choose: in no line, on no output.
    async fn no_secret_is_ever_written(world: World) {
        let process = start(&world).await;
        let alice = register(&process, "alice").await;
        let token = alice.token().unwrap().to_owned();
        create_project(&alice, "apollo").await;
        let anonymous = process.anonymous();
        for password in [json!("wrong-and-secret"), json!(["wrong-and-secret"]), json!("wrong-and-secret\0")] {
            let body = json!({ "email": "alice@example.com", "password": password });
            anonymous.post("/api/v1/auth/login").json(&body).send().await;
            let body = json!({ "email": "x", "display_name": "x", "password": password });
            anonymous.post("/api/v1/users").json(&body).send().await;
        }
        let form = [("username", "alice@example.com"), ("password", "wrong-and-secret")];
        anonymous.post("/api/v1/auth/token").form(&form).send().await.assert_status(401);
        process.bearer("forged-and-secret").get("/api/v1/auth/me").send().await.assert_status(401);
        anonymous.get("/api/v1/auth/me").header("authorization", "Basic c2VjcmV0OnNlY3JldA==").send().await;
        let secrets = [PASSWORD, SECRET_KEY, &token, "wrong-and-secret", "forged-and-secret", "c2VjcmV0OnNlY3JldA"];

        let (text, lines) = read(process).await;
        assert!(lines.len() > 10, "it logged: {text}");
        for secret in secrets {
            let line = text.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{secret} was logged");
        }
        let signature = token.rsplit('.').next().unwrap();
        assert!(!text.contains(signature), "the token's signature was logged");
    }

    /// Whatever a client sends, it writes no line of its own, and none for the terminal to obey.
    async fn nobody_writes_into_the_log(world: World) {
        let process = start(&world).await;
        let client = process.anonymous();
        let forged = "%0a%7b%22message%22:%22request_completed%22,%22request_id%22:%22forged%22%7d";
        client.get(format!("/{forged}")).send().await.assert_status(404);
        client.get("/%1b%5b31mred").send().await.assert_status(404);
        client.get("/\u{202e}evil").send().await.assert_status(404);
        for id in ["a\tb", "x y", "{\"message\":\"forged\"}"] {
            let answer = client.get("/nowhere").header("x-request-id", id).try_send().await;
            assert!(answer.is_ok_and(|answer| answer.header("x-request-id") != Some(id)));
        }
        let body = json!({ "email": "x\n{\"message\":\"forged\"}", "password": "x\u{1b}[31m" });
        client.post("/api/v1/auth/login").json(&body).send().await.assert_status(401);

        let (text, lines) = read(process).await;
        assert!(lines.iter().all(|line| line["message"] != "forged" && line["request_id"] != "forged"));
        let is_plain = |c: char| !c.is_control() || c == '\n';
        let odd = text.lines().filter(|line| line.starts_with('{')).find(|line| !line.chars().all(is_plain));
        assert_eq!(odd, None);
    }
}
