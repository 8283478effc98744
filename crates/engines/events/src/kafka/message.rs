//! An event as a message, and back. The table in the [module](super) says which part is where.

use std::{collections::BTreeSet, sync::Arc};

use ashlar_core::events::{EventId, Incoming};
use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use rdkafka::{
    Message,
    message::{Header, Headers, OwnedHeaders},
    producer::FutureRecord,
};
use uuid::Uuid;

const SPECVERSION: &str = "ce_specversion";
const ID: &str = "ce_id";
const SOURCE: &str = "ce_source";
const TYPE: &str = "ce_type";
const TIME: &str = "ce_time";
const VERSION: &str = "ce_dataversion";
const CONTENT_TYPE: &str = "content-type";
const TRACEPARENT: &str = "traceparent";
const REQUEST_ID: &str = "x-request-id";

/// What is kept of a request's id; ours are shorter.
const LONGEST_REQUEST_ID: usize = 128;

/// The length of a `traceparent` of version 00.
const TRACEPARENT_LENGTH: usize = 55;

/// Why a message that says it is an event is none that can be handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{part} {fault}")]
pub(super) struct Malformed {
    part: &'static str,
    fault: &'static str,
}

/// `event` as a message to `topic`. It bears no timestamp: the broker refuses those too far from its
/// own clock, and `ce_time` says when it happened.
pub(super) fn write<'a>(
    event: &'a Incoming,
    topic: &'a str,
    key: &'a str,
    source: &str,
) -> FutureRecord<'a, str, str> {
    FutureRecord::to(topic)
        .key(key)
        .payload(&*event.payload)
        .headers(headers(event, source))
}

fn headers(event: &Incoming, source: &str) -> OwnedHeaders {
    let time = event
        .occurred_at
        .to_rfc3339_opts(SecondsFormat::Micros, true);
    let always = [
        (SPECVERSION, "1.0"),
        (ID, &event.id.to_string()),
        (SOURCE, source),
        (TYPE, &event.name),
        (TIME, &time),
        (VERSION, &event.version.to_string()),
        (CONTENT_TYPE, "application/json"),
    ];
    let sometimes = [
        (TRACEPARENT, event.traceparent.as_deref()),
        (REQUEST_ID, event.request_id.as_deref()),
    ];
    let present = sometimes
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)));
    always.into_iter().chain(present).fold(
        OwnedHeaders::new_with_capacity(9),
        |headers, (key, value)| {
            let value = Some(value);
            headers.insert(Header { key, value })
        },
    )
}

/// The event in `message`; none when it is not one of the names that are read.
pub(super) fn read(
    message: &impl Message,
    names: &BTreeSet<&'static str>,
) -> Result<Option<Incoming>, Malformed> {
    let Some(name) = header(message, TYPE).filter(|name| names.contains(name)) else {
        return Ok(None);
    };
    if header(message, SPECVERSION).is_none_or(|version| !version.starts_with("1.")) {
        return Err(malformed(SPECVERSION, "is not 1.x"));
    }
    let id = header(message, ID).and_then(|id| id.parse::<EventId>().ok());
    let version = match header(message, VERSION) {
        Some(version) => version.parse().ok(),
        // Who publishes without knowing of versions publishes the first.
        None => Some(1),
    };
    Ok(Some(Incoming {
        id: id.ok_or(malformed(ID, "is missing or no UUID"))?,
        name: name.into(),
        version: version.ok_or(malformed(VERSION, "is no version"))?,
        key: key(message).ok_or(malformed("the key", "is missing or no UUID"))?,
        payload: payload(message)?,
        occurred_at: time(message).ok_or(malformed(TIME, "is missing or no time of RFC 3339"))?,
        request_id: header(message, REQUEST_ID)
            .filter(|id| id.len() <= LONGEST_REQUEST_ID && is_visible(id))
            .map(Arc::from),
        traceparent: header(message, TRACEPARENT)
            .filter(|parent| parent.len() == TRACEPARENT_LENGTH && is_visible(parent))
            .map(Arc::from),
    }))
}

fn malformed(part: &'static str, fault: &'static str) -> Malformed {
    Malformed { part, fault }
}

fn header<'m>(message: &'m impl Message, key: &str) -> Option<&'m str> {
    let headers = message.headers()?;
    let found = headers.iter().find(|header| header.key == key)?;
    std::str::from_utf8(found.value?).ok()
}

fn key(message: &impl Message) -> Option<Uuid> {
    let text = std::str::from_utf8(message.key()?).ok()?;
    Uuid::try_parse(text).ok()
}

/// Whether it is the JSON that the event's type asks for is for the handler to say, which parks what
/// is not. But what no database can keep could not even be parked.
fn payload(message: &impl Message) -> Result<Arc<str>, Malformed> {
    let bytes = message.payload().unwrap_or_default();
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && !text.contains('\0') => Ok(text.into()),
        _ => Err(malformed("the value", "is no JSON text")),
    }
}

/// Of our messages each has one; CloudEvents let it be left out, and then the broker's holds.
fn time(message: &impl Message) -> Option<DateTime<Utc>> {
    let time = match header(message, TIME) {
        Some(text) => DateTime::parse_from_rfc3339(text).ok()?.to_utc(),
        None => DateTime::from_timestamp_millis(message.timestamp().to_millis()?)?,
    };
    Some(time.trunc_subsecs(6))
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests;
