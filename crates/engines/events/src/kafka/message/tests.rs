//! What is written to Kafka, and what is read of it.

use rdkafka::message::{OwnedMessage, Timestamp};

use super::*;

const READ: &str = "post.created";

fn event() -> Incoming {
    Incoming {
        id: EventId::new(),
        name: READ.into(),
        version: 3,
        key: EventId::new().as_uuid(),
        payload: r#"{"title":"Ä"}"#.into(),
        occurred_at: "2026-03-04T05:06:07.000089Z".parse().unwrap(),
        request_id: Some("a-request".into()),
        traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into()),
    }
}

/// `event` as it comes out of Kafka, with headers as `change` leaves them.
fn message(event: &Incoming, change: impl Fn(&str) -> Option<String>) -> OwnedMessage {
    let written = headers(event, "test");
    let mut changed = OwnedHeaders::new();
    for header in written.iter() {
        let value = match change(header.key) {
            Some(value) if value.is_empty() => continue,
            Some(value) => value,
            None => String::from_utf8(header.value.unwrap().to_vec()).unwrap(),
        };
        changed = changed.insert(Header {
            key: header.key,
            value: Some(&value),
        });
    }
    OwnedMessage::new(
        Some(event.payload.as_bytes().to_vec()),
        Some(event.key.to_string().into_bytes()),
        "test.post".into(),
        Timestamp::CreateTime(1_000),
        0,
        7,
        Some(changed),
    )
}

fn names() -> BTreeSet<&'static str> {
    BTreeSet::from([READ])
}

/// Reads `event` with the header `key` as `value`; an empty value takes it away.
fn with(event: &Incoming, key: &str, value: &str) -> Result<Option<Incoming>, Malformed> {
    let changed = message(event, |header| (header == key).then(|| value.to_owned()));
    read(&changed, &names())
}

#[test]
fn an_event_comes_out_as_it_went_in() {
    let event = event();
    assert_eq!(read(&message(&event, |_| None), &names()), Ok(Some(event)));
}

#[test]
fn it_is_a_cloud_event() {
    let event = event();
    let message = message(&event, |_| None);
    for (key, value) in [
        ("ce_specversion", "1.0"),
        ("ce_id", &event.id.to_string()),
        ("ce_source", "test"),
        ("ce_type", "post.created"),
        ("ce_time", "2026-03-04T05:06:07.000089Z"),
        ("ce_dataversion", "3"),
        ("content-type", "application/json"),
    ] {
        assert_eq!(header(&message, key), Some(value));
    }
}

#[test]
fn what_nobody_reads_is_passed_over() {
    let event = event();
    assert_eq!(with(&event, TYPE, "post.deleted"), Ok(None));
    assert_eq!(with(&event, TYPE, ""), Ok(None));
    // Not even looked at.
    let foreign = message(&event, |key| {
        (key == TYPE || key == ID).then(|| "other".to_owned())
    });
    assert_eq!(read(&foreign, &names()), Ok(None));
}

#[test]
fn what_cannot_be_an_event_is_told_from_one() {
    let event = event();
    for (key, values) in [
        (ID, &["", "17"][..]),
        (VERSION, &["-1", "70000"]),
        (SPECVERSION, &["", "2.0"]),
        (TIME, &["yesterday"]),
    ] {
        for value in values {
            let malformed = with(&event, key, value).unwrap_err();
            assert_eq!(malformed.part, key, "{value:?}");
        }
    }
    for payload in ["", "{\"a\":\"\0\"}"] {
        let unkept = Incoming {
            payload: payload.into(),
            ..event.clone()
        };
        assert!(read(&message(&unkept, |_| None), &names()).is_err());
    }
    let keyless = message(&event, |_| None).set_key(Some(b"17".to_vec()));
    assert_eq!(read(&keyless, &names()).unwrap_err().part, "the key");
}

#[test]
fn what_others_leave_out_is_filled_in() {
    let event = event();
    let read = |key: &str, value: &str| with(&event, key, value).unwrap().unwrap();
    assert_eq!(read(VERSION, "").version, 1);
    assert_eq!(read(TIME, "").occurred_at.timestamp(), 1);
    // The columns that these go into have an end.
    assert_eq!(read(REQUEST_ID, &"x".repeat(129)).request_id, None);
    assert_eq!(read(REQUEST_ID, "a b").request_id, None);
    assert_eq!(read(TRACEPARENT, "00-1").traceparent, None);
}
