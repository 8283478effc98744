//! Formats each event into its thread's own buffer and hands it to the pipe.

use std::{cell::RefCell, sync::Arc, time::SystemTime};

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::{json, pipe::Pipe, pretty, timestamp::Timestamps};

/// How lines look.
#[derive(Clone, Copy)]
pub(super) enum LineFormat {
    Json,
    Pretty { colour: bool },
}

impl LineFormat {
    fn write_event(self, event: &Event<'_>, time: SystemTime, scratch: &mut Scratch) {
        match self {
            Self::Json => json::write_event(event, time, scratch),
            Self::Pretty { colour } => pretty::write_event(event, time, colour, scratch),
        }
    }

    /// Appends the line that tells that `lost` lines were.
    pub(super) fn write_loss(self, time: SystemTime, lost: u64, line: &mut Vec<u8>) {
        match self {
            Self::Json => json::write_loss(time, lost, line),
            Self::Pretty { .. } => pretty::write_loss(time, lost, line),
        }
    }
}

/// What a thread keeps to format lines in, so that a line allocates nothing.
#[derive(Default)]
pub(super) struct Scratch {
    /// The line itself.
    pub(super) line: Vec<u8>,
    /// The event's own fields, which come to stand behind what is known only after them.
    pub(super) fields: Vec<u8>,
    pub(super) timestamps: Timestamps,
}

/// What one event may leave behind in a thread's buffers, in bytes.
const KEPT: usize = 16 * 1024;

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Writes every event it sees as a line.
pub(super) struct LogLayer {
    format: LineFormat,
    pipe: Arc<Pipe>,
    now: fn() -> SystemTime,
}

impl LogLayer {
    pub(super) fn new(format: LineFormat, pipe: Arc<Pipe>, now: fn() -> SystemTime) -> Self {
        Self { format, pipe, now }
    }

    fn log(&self, event: &Event<'_>, scratch: &mut Scratch) {
        scratch.line.clear();
        scratch.fields.clear();
        self.format.write_event(event, (self.now)(), scratch);
        let urgent = *event.metadata().level() == Level::ERROR;
        self.pipe.push(&scratch.line, urgent);
        scratch.line.shrink_to(KEPT);
        scratch.fields.shrink_to(KEPT);
    }
}

impl<S: Subscriber> Layer<S> for LogLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let logged = SCRATCH.try_with(|scratch| match scratch.try_borrow_mut() {
            Ok(mut scratch) => {
                self.log(event, &mut scratch);
                true
            }
            Err(_) => false,
        });
        // A value that logs, or panics, while it is being formatted for another line; or a thread
        // that logs while it ends and has no buffer any more.
        if !logged.unwrap_or(false) {
            self.log(event, &mut Scratch::default());
        }
    }
}

#[cfg(test)]
mod tests {
    use tracing::{dispatcher::with_default, info};

    use super::*;
    use crate::{
        settings::{LogFormat, LogSettings},
        telemetry::{Directives, Sink, start},
    };

    /// As when a value that is being formatted logs, or panics.
    #[test]
    fn a_line_within_a_line_is_written_too() {
        let name = format!("ashlar-log-nested-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let settings = LogSettings {
            level: Directives::default(),
            format: LogFormat::Json,
            file: None,
        };
        let (dispatch, guard) = start(&settings, Sink::file(&path).unwrap()).unwrap();
        SCRATCH.with_borrow_mut(|scratch| {
            scratch.line.extend_from_slice(b"half a line");
            with_default(&dispatch, || info!("from within"));
            assert_eq!(scratch.line, b"half a line");
        });
        drop(guard);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(text.lines().count(), 1);
        assert!(text.contains("\"message\":\"from within\"}"), "{text}");
    }
}
