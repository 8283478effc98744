//! What a line says.

use super::*;

#[derive(Debug, Error)]
#[error("the project cannot be saved")]
struct Outer(#[source] Inner);

#[derive(Debug, Error)]
#[error("the \"database\" is gone")]
struct Inner(#[source] io::Error);

fn chained() -> Outer {
    Outer(Inner(io::Error::other("connection reset")))
}

#[test]
fn a_json_line_has_its_keys_in_order() {
    let text = logged("info", LogFormat::Json, || {
        context::sync_scope(request(), || {
            info!(target: "http", status_code = 200, duration_ms = 1.25, cached = true, "request_completed");
        });
    });
    let expected = concat!(
        r#"{"timestamp":"2026-03-01T12:00:00.042Z","level":"INFO","target":"http","#,
        r#""message":"request_completed","request_id":"req-1","#,
        r#""user_id":"00000000-0000-0000-0000-000000000007","#,
        r#""method":"GET","path":"/api/v1/projects","#,
        r#""status_code":200,"duration_ms":1.25,"cached":true}"#,
        "\n"
    );
    assert_eq!(text, expected);
}

#[test]
fn a_pretty_line_is_one_line() {
    let text = logged("info", LogFormat::Pretty, || {
        context::sync_scope(request(), || {
            warn!(target: "http", name = "two words", slug = "one", empty = "", "slow\nrequest");
        });
    });
    let expected = concat!(
        "2026-03-01T12:00:00.042Z  WARN http: slow\\nrequest ",
        r#"name="two words" slug=one empty="" request_id=req-1 "#,
        r#"user_id=00000000-0000-0000-0000-000000000007 request="GET /api/v1/projects""#,
        "\n"
    );
    assert_eq!(text, expected);
}

#[test]
fn an_error_brings_its_sources() {
    let log = || error!(error = &chained() as &dyn Error, "failed");
    let line = json_lines("info", log).remove(0);
    assert_eq!(line["error"], "the project cannot be saved");
    let sources = json!(["the \"database\" is gone", "connection reset"]);
    assert_eq!(line["error.chain"], sources);

    let alone = json_lines("info", || {
        error!(error = &io::Error::other("x") as &dyn Error, "failed");
    });
    assert_eq!(alone[0]["error"], "x");
    assert_eq!(alone[0].get("error.chain"), None);

    let text = logged("info", LogFormat::Pretty, log);
    let whole =
        r#"error="the project cannot be saved: the \"database\" is gone: connection reset""#;
    assert!(text.contains(whole), "{text}");
}

#[test]
fn strangers_cannot_write_lines_of_their_own() {
    const EVIL: &str = "x\"}\r\n{\"level\":\"ERROR\"}\u{1b}[2J\u{2028}\u{85}\u{9b}31m\0";
    let log = || {
        let request = RequestContext::new(EVIL, EVIL, EVIL);
        context::sync_scope(request, || {
            info!(agent = EVIL, shown = %EVIL, debugged = ?EVIL, "saw {EVIL}");
        });
    };
    let lines = json_lines("info", log);
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["level"], "INFO");
    assert_eq!(lines[0]["message"], format!("saw {EVIL}"));
    for key in ["agent", "shown", "request_id", "method", "path"] {
        assert_eq!(lines[0][key], EVIL, "{key}");
    }
    assert_eq!(lines[0]["debugged"], format!("{EVIL:?}"));

    let pretty = logged("info", LogFormat::Pretty, log);
    assert_eq!(
        pretty.matches(['\n', '\r', '\u{2028}', '\u{85}']).count(),
        1
    );
    assert!(!pretty.contains(['\u{1b}', '\u{9b}', '\0']), "{pretty:?}");
}

#[test]
fn secrets_are_not_written() {
    let log = || {
        info!(
            password = "hunter2",
            access_token = %"hunter2",
            "http.cookie" = ?"hunter2",
            client_secret = 42_424_242,
            tokens = 5,
            "signing in"
        );
    };
    let line = json_lines("info", log).remove(0);
    for key in ["password", "access_token", "http.cookie", "client_secret"] {
        assert_eq!(line[key], "[redacted]", "{key}");
    }
    assert_eq!(line["tokens"], 5);
    let pretty = logged("info", LogFormat::Pretty, log);
    assert!(
        !pretty.contains("hunter2") && !pretty.contains("42424242"),
        "{pretty}"
    );
}

#[test]
fn numbers_are_numbers() {
    let line = json_lines("info", || {
        info!(
            least = i64::MIN,
            most = u64::MAX,
            tiny = 1e-9,
            huge = 1e300,
            whole = 3.0,
            none = f64::NAN,
            absent = None::<u32>,
            present = Some(4),
            "numbers"
        );
    })
    .remove(0);
    assert_eq!(line["least"], i64::MIN);
    assert_eq!(line["most"], u64::MAX);
    assert_eq!(line["tiny"], 1e-9);
    assert_eq!(line["huge"], 1e300);
    assert_eq!(line["whole"], 3.0);
    assert_eq!(line["none"], "NaN");
    assert_eq!(line.get("absent"), None);
    assert_eq!(line["present"], 4);
}

#[test]
fn each_key_stands_once() {
    let text = logged("info", LogFormat::Json, || {
        context::sync_scope(request(), || {
            info!(
                path = "/other",
                level = 3,
                target = "moon",
                "fields with taken names"
            );
        });
    });
    assert_eq!(text.matches("\"path\":").count(), 1);
    let line: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["path"], "/other");
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["event.level"], 3);
    assert_eq!(line["event.target"], "moon");
}

#[test]
fn levels_and_directives_choose() {
    let log = || {
        debug!(target: "here", "debug here");
        debug!(target: "there", "debug there");
        info!(target: "there", "info there");
    };
    let messages = |level: &str| -> Vec<String> {
        let lines = json_lines(level, log);
        let message = |line: &Value| line["message"].as_str().unwrap().to_owned();
        lines.iter().map(message).collect()
    };
    assert_eq!(messages("info"), ["info there"]);
    assert_eq!(messages("off"), [""; 0]);
    assert_eq!(messages("info,here=debug"), ["debug here", "info there"]);
    assert_eq!(messages("debug,there=off"), ["debug here"]);
}

#[test]
fn panics_are_logged_with_their_request() {
    let text = logged("info", LogFormat::Json, || {
        // The hook is the whole process's and other tests panic on purpose, so it is called here
        // as the runtime calls it, for this thread alone.
        let before = std::panic::take_hook();
        let here = std::thread::current().id();
        std::panic::set_hook(Box::new(move |info| {
            if std::thread::current().id() == here {
                panic::log_panic(info);
            } else {
                before(info);
            }
        }));
        let broke = context::sync_scope(request(), || {
            std::panic::catch_unwind(|| panic!("broke {}", "down"))
        });
        assert!(broke.is_err());
        drop(std::panic::take_hook());
    });
    let line: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(line["level"], "ERROR");
    assert_eq!(line["message"], "panicked: broke down");
    assert_eq!(line["request_id"], "req-1");
    assert!(
        line["location"]
            .as_str()
            .unwrap()
            .contains("telemetry/tests/lines.rs:")
    );
}
