//! What the scripts send, and what they accept.

use super::*;

fn subject() -> Subject {
    Subject {
        token: "t".into(),
        projects: Arc::new([Uuid::nil()]),
        ..Subject::anonymous()
    }
}

#[test]
fn a_list_follows_its_cursor_and_starts_again_after_the_last_page() {
    let mut script = Script::new(Scenario::List, &subject(), 0);
    assert!(
        script
            .next_request()
            .starts_with(b"GET /api/v1/projects?limit=20 HTTP/1.1\r\n")
    );
    let body = br#"{"data":[],"pagination":{"has_next":true,"next_cursor":"a+b="}}"#;
    assert!(script.accepts(Answer { status: 200, body }));
    let expected = b"GET /api/v1/projects?limit=20&after=a%2Bb%3D HTTP/1.1\r\n";
    assert!(script.next_request().starts_with(expected));
    let body = br#"{"data":[],"pagination":{"has_next":false,"next_cursor":null}}"#;
    assert!(script.accepts(Answer { status: 200, body }));
    assert!(
        script
            .next_request()
            .starts_with(b"GET /api/v1/projects?limit=20 HTTP/1.1\r\n")
    );
}

#[test]
fn no_two_creates_share_a_slug_and_only_201_will_do() {
    let mut script = Script::new(Scenario::Create, &subject(), 0);
    let first = script.next_request().to_vec();
    assert_ne!(first, script.next_request());
    assert!(script.accepts(Answer {
        status: 201,
        body: b""
    }));
    assert!(!script.accepts(Answer {
        status: 200,
        body: b""
    }));
}

#[test]
fn a_refresh_goes_on_with_the_token_that_the_last_one_gave() {
    let subject = Subject {
        refresh_tokens: Arc::new([Mutex::new("first".to_owned())]),
        ..subject()
    };
    let sends = |script: &mut Script, token: &str| {
        let body = format!(r#"{{"refresh_token":"{token}"}}"#);
        script.next_request().ends_with(body.as_bytes())
    };
    let mut script = Script::new(Scenario::Refresh, &subject, 0);
    assert!(sends(&mut script, "first"));
    let body = br#"{"access_token":"a","refresh_token":"second"}"#;
    assert!(script.accepts(Answer { status: 200, body }));
    assert!(sends(&mut script, "second"));
    let mut next = Script::new(Scenario::Refresh, &subject, 0);
    assert!(
        sends(&mut next, "second"),
        "another connection goes on with it"
    );
    let body = br#"{"error":{}}"#;
    assert!(!script.accepts(Answer { status: 401, body }));
}

#[test]
fn the_declared_length_is_that_of_the_body() {
    let request = String::from_utf8(post("/x", "t", &json!({ "é": 1 }))).unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(
        head.contains(&format!("Content-Length: {}", body.len())),
        "{head}"
    );
    assert!(head.contains("Authorization: Bearer t\r\n"));
}
