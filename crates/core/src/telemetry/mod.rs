//! The log: structured events as lines, for machines (JSON) or for eyes.
//!
//! Every request writes at least one line, so a line costs no allocation once its thread is warm
//! and no system call: it is formatted into a thread's own buffer and appended to a shared one,
//! which a thread of its own writes out at the latest 50 ms later, errors at once.
//!
//! A line carries the current request's id, user, method and path by itself (see
//! [`crate::context`]). An event's own field of the same name takes their place. An error recorded
//! as `error = &error as &dyn Error` brings its sources along as `error.chain`. Fields named as
//! secrets are (`password`, `access_token`, …) are never written.

mod directives;
mod error;
mod escape;
mod json;
mod layer;
mod panic;
mod pipe;
mod pretty;
mod sensitive;
mod sink;
mod timestamp;

#[cfg(test)]
mod tests;

use std::time::SystemTime;

use tracing::Dispatch;
use tracing_subscriber::{
    EnvFilter, Registry,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
};

pub use self::{directives::Directives, error::TelemetryError, pipe::Guard, sink::Sink};
use self::{layer::LogLayer, pipe::Pipe};
use crate::settings::{LogFormat, LogSettings};

/// Starts the log of this process as `settings` say, and logs panics from here on.
///
/// What is logged is written out until the guard is dropped: keep it to the end of `main`.
///
/// # Errors
/// The log file cannot be opened, or a log was started before.
pub fn init(settings: &LogSettings) -> Result<Guard, TelemetryError> {
    let sink = match &settings.file {
        Some(path) => Sink::file(path)?,
        None => Sink::stderr(),
    };
    let (dispatch, guard) = start(settings, sink)?;
    tracing::dispatcher::set_global_default(dispatch)
        .map_err(|_| TelemetryError::AlreadyStarted)?;
    panic::log_panics();
    Ok(guard)
}

/// A log into `sink` for whoever enters the returned dispatch: what [`init`] makes global, and a
/// test makes its own (`tracing::dispatcher::with_default`).
///
/// # Errors
/// The thread that writes cannot be started.
pub fn start(settings: &LogSettings, sink: Sink) -> Result<(Dispatch, Guard), TelemetryError> {
    start_at(settings, sink, SystemTime::now)
}

fn start_at(
    settings: &LogSettings,
    sink: Sink,
    now: fn() -> SystemTime,
) -> Result<(Dispatch, Guard), TelemetryError> {
    let line_format = match settings.format {
        LogFormat::Json => layer::LineFormat::Json,
        LogFormat::Pretty => layer::LineFormat::Pretty {
            colour: sink.takes_colour(),
        },
    };
    let pipe = Pipe::new();
    let guard = pipe::start_writer(&pipe, sink.writer, move |lost, line| {
        line_format.write_loss(now(), lost, line);
    })?;
    let log = LogLayer::new(line_format, pipe, now);
    // A bare level is compared in place; directives cost a look-up for each new place in the code.
    let dispatch = match settings.level.bare_level() {
        Some(LevelFilter::INFO) => Dispatch::new(Registry::default().with(quiet_info()).with(log)),
        Some(level) => Dispatch::new(Registry::default().with(level).with(log)),
        None => {
            let filter = EnvFilter::new(settings.level.as_str());
            Dispatch::new(Registry::default().with(filter).with(log))
        }
    };
    Ok((dispatch, guard))
}

/// INFO, but for what the server's framework tells of its threads at this level: the program's own
/// lines tell of its start and its end.
fn quiet_info() -> Targets {
    Targets::new()
        .with_default(LevelFilter::INFO)
        .with_target("actix_server", LevelFilter::WARN)
}
