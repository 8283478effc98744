//! What the log writes, seen from its sink.

mod cost;
mod delivery;
mod lines;

use std::{
    error::Error,
    io::{self, Write},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};
use thiserror::Error;
use tracing::{debug, dispatcher::with_default, error, info, warn};
use uuid::Uuid;

use super::*;
use crate::{
    context::{self, RequestContext},
    settings::Value as _,
};

/// A sink in memory, which can be told to refuse.
#[derive(Clone, Default)]
struct Memory {
    written: Arc<Mutex<Vec<u8>>>,
    broken: Arc<AtomicBool>,
}

impl Memory {
    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.written.lock().unwrap()
    }

    fn text(&self) -> String {
        String::from_utf8(self.lock().clone()).unwrap()
    }
}

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.broken.load(SeqCst) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn settings(level: &str, format: LogFormat) -> LogSettings {
    LogSettings {
        level: Directives::parse(level).unwrap(),
        format,
        file: None,
    }
}

/// Noon of a day in March, and a bit.
fn noon() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(1_772_366_400_042)
}

/// What `work` logs.
fn logged(level: &str, format: LogFormat, work: impl FnOnce()) -> String {
    let memory = Memory::default();
    let sink = Sink::writer(memory.clone());
    let (dispatch, guard) = start_at(&settings(level, format), sink, noon).unwrap();
    with_default(&dispatch, work);
    drop(guard);
    memory.text()
}

fn json_lines(level: &str, work: impl FnOnce()) -> Vec<Value> {
    let text = logged(level, LogFormat::Json, work);
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

fn request() -> Arc<RequestContext> {
    let request = RequestContext::new("req-1", "GET", "/api/v1/projects");
    request.identify(Uuid::from_u128(7));
    request
}
