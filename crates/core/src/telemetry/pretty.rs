//! A log line for eyes: time, level, target, message, the event's own fields, then what is known
//! of the request; coloured where somebody looks. Always one line.

use std::{
    error::Error,
    fmt::{self, Write as _},
    time::SystemTime,
};

use tracing::{
    Event, Level,
    field::{Field, Visit},
};

use super::{escape::Escaped, layer::Scratch, sensitive::is_sensitive, timestamp::Timestamps};
use crate::{context, secret::REDACTED};

/// Writes `event` to the scratch's line, with its line end.
pub(super) fn write_event(
    event: &Event<'_>,
    time: SystemTime,
    colour: bool,
    scratch: &mut Scratch,
) {
    let metadata = event.metadata();
    let Scratch {
        line,
        fields,
        timestamps,
    } = scratch;
    let style = Style { colour };
    begin(
        time,
        *metadata.level(),
        metadata.target(),
        style,
        timestamps,
        line,
    );
    let mut visitor = Fields {
        line,
        fields,
        style,
    };
    event.record(&mut visitor);
    line.extend_from_slice(fields);
    context::with(|request| {
        pair("request_id", &request.request_id, style, line);
        if let Some(user_id) = request.user_id() {
            pair("user_id", user_id, style, line);
        }
        pair(
            "request",
            format_args!("{} {}", request.method, request.path),
            style,
            line,
        );
    });
    line.push(b'\n');
}

/// Writes the line that tells that `lost` lines were.
pub(super) fn write_loss(time: SystemTime, lost: u64, line: &mut Vec<u8>) {
    let style = Style { colour: false };
    let target = "ashlar_core::telemetry";
    begin(
        time,
        Level::WARN,
        target,
        style,
        &mut Timestamps::default(),
        line,
    );
    line.extend_from_slice(b" log lines were lost");
    pair("lost", lost, style, line);
    line.push(b'\n');
}

fn begin(
    time: SystemTime,
    level: Level,
    target: &str,
    style: Style,
    timestamps: &mut Timestamps,
    line: &mut Vec<u8>,
) {
    style.on(DIM, line);
    timestamps.write(time, line);
    style.off(line);
    line.push(b' ');
    style.on(code_of(level), line);
    append(format_args!("{:>5}", level.as_str()), line);
    style.off(line);
    line.push(b' ');
    style.on(DIM, line);
    append(format_args!("{target}:"), line);
    style.off(line);
}

/// The escape sequences that colour a terminal, or none.
#[derive(Clone, Copy)]
struct Style {
    colour: bool,
}

const DIM: &[u8] = b"\x1b[2m";

fn code_of(level: Level) -> &'static [u8] {
    match level {
        Level::ERROR => b"\x1b[1;31m",
        Level::WARN => b"\x1b[33m",
        Level::INFO => b"\x1b[32m",
        Level::DEBUG => b"\x1b[34m",
        Level::TRACE => b"\x1b[35m",
    }
}

impl Style {
    fn on(self, code: &[u8], line: &mut Vec<u8>) {
        if self.colour {
            line.extend_from_slice(code);
        }
    }

    fn off(self, line: &mut Vec<u8>) {
        self.on(b"\x1b[0m", line);
    }
}

/// Sorts an event's fields: the message to the line, all else to the fields.
struct Fields<'a> {
    line: &'a mut Vec<u8>,
    fields: &'a mut Vec<u8>,
    style: Style,
}

impl Fields<'_> {
    fn write(&mut self, field: &Field, value: impl fmt::Display) {
        match field.name() {
            "message" => {
                self.line.push(b' ');
                append(value, self.line);
            }
            name if is_sensitive(name) => pair(name, REDACTED, self.style, self.fields),
            name => pair(name, value, self.style, self.fields),
        }
    }
}

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.write(field, value);
    }

    fn record_error(&mut self, field: &Field, error: &(dyn Error + 'static)) {
        self.write(field, Chain(error));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.write(field, format_args!("{value:?}"));
    }
}

/// An error and its sources, as `what: why: why that`.
struct Chain<'a>(&'a (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

/// Appends ` name=value`, the value in quotes unless it is a plain word.
fn pair(name: &str, value: impl fmt::Display, style: Style, out: &mut Vec<u8>) {
    out.push(b' ');
    style.on(DIM, out);
    append(format_args!("{name}="), out);
    style.off(out);
    let start = out.len();
    append(value, out);
    let is_plain = |byte: &u8| !b" =\"\\".contains(byte);
    if out.len() == start || !out[start..].iter().all(is_plain) {
        out.insert(start, b'"');
        out.push(b'"');
    }
}

fn append(value: impl fmt::Display, out: &mut Vec<u8>) {
    // Fails only when the value's own Display does; what it wrote until then stands.
    let _ = write!(Escaped(out), "{value}");
}
