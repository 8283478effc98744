//! A log line as a JSON object: `timestamp`, `level`, `target`, `message`, what is known of the
//! request, then the event's own fields.

use std::{
    error::Error,
    fmt::{self, Write as _},
    io,
    time::SystemTime,
};

use tracing::{
    Event, Level,
    field::{Field, Visit},
};
use uuid::Uuid;

use super::{
    escape::{Escaped, escape},
    layer::Scratch,
    sensitive::is_sensitive,
    timestamp::Timestamps,
};
use crate::{context, secret::REDACTED};

/// Writes `event` to the scratch's line, with its line end.
pub(super) fn write_event(event: &Event<'_>, time: SystemTime, scratch: &mut Scratch) {
    let metadata = event.metadata();
    let Scratch {
        line,
        fields,
        timestamps,
    } = scratch;
    begin(time, *metadata.level(), metadata.target(), timestamps, line);
    let mut visitor = Fields {
        line,
        fields,
        own: OwnFields::default(),
    };
    event.record(&mut visitor);
    let own = visitor.own;
    context::with(|request| write_request(request, own, line));
    line.extend_from_slice(fields);
    line.extend_from_slice(b"}\n");
}

/// Writes the line that tells that `lost` lines were.
pub(super) fn write_loss(time: SystemTime, lost: u64, line: &mut Vec<u8>) {
    let target = "ashlar_core::telemetry";
    begin(time, Level::WARN, target, &mut Timestamps::default(), line);
    line.extend_from_slice(b",\"message\":\"log lines were lost\"");
    number("lost", lost, line);
    line.extend_from_slice(b"}\n");
}

fn begin(
    time: SystemTime,
    level: Level,
    target: &str,
    timestamps: &mut Timestamps,
    line: &mut Vec<u8>,
) {
    line.extend_from_slice(b"{\"timestamp\":\"");
    timestamps.write(time, line);
    line.push(b'"');
    plain("level", level.as_str(), line);
    plain("target", target, line);
}

fn write_request(request: &context::RequestContext, own: OwnFields, line: &mut Vec<u8>) {
    if !own.request_id {
        plain("request_id", &request.request_id, line);
    }
    if let Some(user_id) = request.user_id().filter(|_| !own.user_id) {
        let mut text = Uuid::encode_buffer();
        plain(
            "user_id",
            user_id.hyphenated().encode_lower(&mut text),
            line,
        );
    }
    if !own.method {
        plain("method", &request.method, line);
    }
    if !own.path {
        plain("path", &request.path, line);
    }
}

/// Which of the request's facts the event tells by itself: an object has each key once.
#[derive(Clone, Copy, Default)]
struct OwnFields {
    request_id: bool,
    user_id: bool,
    method: bool,
    path: bool,
}

/// Sorts an event's fields: the message to the line, all else to the fields.
struct Fields<'a> {
    line: &'a mut Vec<u8>,
    fields: &'a mut Vec<u8>,
    own: OwnFields,
}

impl Fields<'_> {
    /// Where the field's value is to be written, its key being written; `None`: nowhere, since it
    /// is a secret.
    fn value_of(&mut self, field: &Field) -> Option<&mut Vec<u8>> {
        let name = field.name();
        match name {
            "message" => {
                key(name, self.line);
                return Some(self.line);
            }
            "request_id" => self.own.request_id = true,
            "user_id" => self.own.user_id = true,
            "method" => self.own.method = true,
            "path" => self.own.path = true,
            "timestamp" => return Some(key("event.timestamp", self.fields)),
            "level" => return Some(key("event.level", self.fields)),
            "target" => return Some(key("event.target", self.fields)),
            _ => {}
        }
        key(name, self.fields);
        if is_sensitive(name) {
            quoted(REDACTED, self.fields);
            return None;
        }
        Some(self.fields)
    }

    fn display(&mut self, field: &Field, value: impl fmt::Display) {
        if let Some(out) = self.value_of(field) {
            unquoted(value, out);
        }
    }
}

impl Visit for Fields<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() {
            // Debug writes what reads back as the same number, large ones with an exponent.
            self.display(field, format_args!("{value:?}"));
        } else {
            self.record_debug(field, &value);
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.display(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.display(field, value);
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.display(field, value);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.display(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.display(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if let Some(out) = self.value_of(field) {
            quoted(value, out);
        }
    }

    fn record_error(&mut self, field: &Field, error: &(dyn Error + 'static)) {
        let Some(out) = self.value_of(field) else {
            return;
        };
        display_quoted(error, out);
        if error.source().is_some() {
            write_chain(field.name(), error, out);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if let Some(out) = self.value_of(field) {
            display_quoted(format_args!("{value:?}"), out);
        }
    }
}

/// The sources of `error`, nearest first, as an array beside it.
fn write_chain(name: &str, error: &(dyn Error + 'static), out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"");
    escape(name, out);
    out.extend_from_slice(b".chain\":[");
    let mut separator: &[u8] = b"";
    let mut source = error.source();
    while let Some(error) = source {
        out.extend_from_slice(separator);
        display_quoted(error, out);
        separator = b",";
        source = error.source();
    }
    out.push(b']');
}

fn key<'a>(name: &str, out: &'a mut Vec<u8>) -> &'a mut Vec<u8> {
    out.extend_from_slice(b",\"");
    escape(name, out);
    out.extend_from_slice(b"\":");
    out
}

fn plain(name: &str, text: &str, out: &mut Vec<u8>) {
    quoted(text, key(name, out));
}

fn number(name: &str, value: u64, out: &mut Vec<u8>) {
    unquoted(value, key(name, out));
}

fn quoted(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    escape(text, out);
    out.push(b'"');
}

fn display_quoted(value: impl fmt::Display, out: &mut Vec<u8>) {
    out.push(b'"');
    // Fails only when the value's own Display does; what it wrote until then stands.
    let _ = write!(Escaped(out), "{value}");
    out.push(b'"');
}

fn unquoted(value: impl fmt::Display, out: &mut Vec<u8>) {
    // Writing to a Vec does not fail.
    let _ = io::Write::write_fmt(out, format_args!("{value}"));
}
