//! Panics are logged like all else, with the request they happened in.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    panic::{self, PanicHookInfo},
    thread,
};

/// Logs each panic of this process from here on; nothing else is printed of it.
pub(super) fn log_panics() {
    panic::set_hook(Box::new(log_panic));
}

pub(super) fn log_panic(info: &PanicHookInfo<'_>) {
    let backtrace = Backtrace::capture();
    let captured = backtrace.status() == BacktraceStatus::Captured;
    tracing::error!(
        location = info.location().map(tracing::field::display),
        thread = thread::current().name(),
        backtrace = captured.then(|| tracing::field::display(&backtrace)),
        "panicked: {}",
        info.payload_as_str().unwrap_or("no message"),
    );
}
