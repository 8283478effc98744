//! Between the threads that log and the one that writes: a buffer that is appended to under a
//! short lock and drained in batches.
//!
//! Logging never waits for the sink. When the sink cannot keep up (a full disk, a stopped
//! terminal), the buffer fills to its bound, further lines are dropped and counted, and the count
//! is logged as soon as the sink takes lines again. Errors may use a reserve of their own.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use super::error::TelemetryError;

/// The buffer's bound, in bytes. The writer holds as much again while it writes.
const CAPACITY: usize = 4 * 1024 * 1024;
/// What errors may use beyond it.
const RESERVE: usize = 512 * 1024;
/// So many bytes are written without waiting for more.
const BATCH: usize = 64 * 1024;
/// The longest that a line waits for others.
const LINGER: Duration = Duration::from_millis(50);
/// The longest that the end of the process waits for the sink.
const FAREWELL: Duration = Duration::from_secs(2);

/// The shared buffer.
pub(super) struct Pipe {
    state: Mutex<State>,
    /// Tells the writer that there is something to do.
    work: Condvar,
    /// Tells those who wait that a batch is written.
    written: Condvar,
}

#[derive(Default)]
struct State {
    buffer: Vec<u8>,
    /// Lines in the buffer.
    lines: u64,
    /// Lines dropped and not told yet.
    lost: u64,
    /// How many lines were taken in, and how many of them are dealt with.
    taken: u64,
    settled: u64,
    /// Whether somebody waits: no lingering.
    urgent: bool,
    closed: bool,
    /// Whether the writer has ended.
    ended: bool,
}

impl Pipe {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            work: Condvar::new(),
            written: Condvar::new(),
        })
    }

    /// Takes in a line, with its line end; `urgent` ones are written at once.
    pub(super) fn push(&self, line: &[u8], urgent: bool) {
        let mut state = self.lock();
        let bound = if urgent { CAPACITY + RESERVE } else { CAPACITY };
        let before = state.buffer.len();
        let after = before + line.len();
        if state.closed || after > bound {
            state.lost += 1;
            return;
        }
        state.buffer.extend_from_slice(line);
        state.lines += 1;
        state.taken += 1;
        // In between the writer lingers and need not be told.
        let wake = before == 0 || (before < BATCH && after >= BATCH) || (urgent && !state.urgent);
        state.urgent |= urgent;
        drop(state);
        if wake {
            self.work.notify_one();
        }
    }

    /// Waits until all lines taken in so far are dealt with, at most as long as `limit`.
    fn settle(&self, limit: Duration) {
        let mut state = self.lock();
        let goal = state.taken;
        state.urgent = true;
        self.work.notify_one();
        let waiting = |state: &mut State| state.settled < goal && !state.ended;
        drop(self.written.wait_timeout_while(state, limit, waiting));
    }

    fn close(&self, limit: Duration) {
        let mut state = self.lock();
        state.closed = true;
        self.work.notify_one();
        drop(
            self.written
                .wait_timeout_while(state, limit, |state| !state.ended),
        );
    }

    /// Waits for lines, lets more gather, and moves them into `batch`, which is empty.
    fn next(&self, batch: &mut Vec<u8>) -> Next {
        let mut state = self.lock();
        while state.buffer.is_empty() && !state.closed {
            state.urgent = false;
            self.written.notify_all();
            state = (self.work.wait(state)).unwrap_or_else(PoisonError::into_inner);
        }
        let gathering =
            |state: &mut State| state.buffer.len() < BATCH && !state.urgent && !state.closed;
        let waited = self.work.wait_timeout_while(state, LINGER, gathering);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.urgent = false;
        mem::swap(&mut state.buffer, batch);
        Next {
            lines: mem::take(&mut state.lines),
            lost: mem::take(&mut state.lost),
            last: state.closed,
        }
    }

    /// Notes that a batch of `lines` is dealt with, of which `lost` never reached the sink.
    fn settled(&self, lines: u64, lost: u64) {
        let mut state = self.lock();
        state.settled += lines;
        state.lost += lost;
        drop(state);
        self.written.notify_all();
    }

    /// A thread that panicked while it held the lock left a buffer that is whole: each step that
    /// can panic (growing the buffer) comes before the others.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the writer has to do next.
struct Next {
    lines: u64,
    lost: u64,
    last: bool,
}

/// Keeps the log being written; on drop what was logged is written out.
#[must_use = "the log ends when this is dropped"]
pub struct Guard {
    pipe: Arc<Pipe>,
}

impl Guard {
    /// Waits until what was logged so far is written, at most two seconds.
    pub fn flush(&self) {
        self.pipe.settle(FAREWELL);
    }
}

impl Drop for Guard {
    /// Waits at most two seconds: a sink that is stuck must not keep the process from ending.
    fn drop(&mut self) {
        self.pipe.close(FAREWELL);
    }
}

/// Starts the thread that writes what `pipe` takes in to `sink`. `tell_loss` appends the line that
/// tells how many lines were lost.
pub(super) fn start_writer(
    pipe: &Arc<Pipe>,
    mut sink: Box<dyn Write + Send>,
    tell_loss: impl Fn(u64, &mut Vec<u8>) + Send + 'static,
) -> Result<Guard, TelemetryError> {
    let guard = Guard {
        pipe: Arc::clone(pipe),
    };
    let pipe = Arc::clone(pipe);
    thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || {
            let _end = EndOfWriter(&pipe);
            write_batches(&pipe, sink.as_mut(), tell_loss);
        })
        .map_err(TelemetryError::Thread)?;
    Ok(guard)
}

fn write_batches(pipe: &Pipe, sink: &mut dyn Write, tell_loss: impl Fn(u64, &mut Vec<u8>)) {
    let mut batch = Vec::new();
    loop {
        let next = pipe.next(&mut batch);
        if next.lost > 0 {
            tell_loss(next.lost, &mut batch);
        }
        let lost = match write_batch(sink, &batch) {
            Ok(()) => 0,
            Err(_) => next.lines + next.lost,
        };
        batch.clear();
        // A burst's room is given back.
        batch.shrink_to(4 * BATCH);
        pipe.settled(next.lines, lost);
        if next.last {
            return;
        }
    }
}

fn write_batch(sink: &mut dyn Write, batch: &[u8]) -> io::Result<()> {
    sink.write_all(batch)?;
    sink.flush()
}

/// Notes that the writer has ended, however it did: nobody waits for it any longer.
struct EndOfWriter<'a>(&'a Pipe);

impl Drop for EndOfWriter<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.ended = true;
        state.closed = true;
        drop(state);
        self.0.written.notify_all();
    }
}
