//! Who watches the statements that are issued: the testkit does, so that a test may say which they
//! were, and a check may ask the database for their plans. A server has nobody who does.

use std::sync::OnceLock;

use sea_orm::Statement;

/// What was issued.
#[derive(Clone, Copy, Debug)]
pub enum Issued<'a> {
    /// A statement, by whoever is running.
    Statement(&'a Statement),
    /// A by-id read of the current request, of rows of this type. Its statement is one that it
    /// shares with others.
    Read(&'static str),
}

static WATCHER: OnceLock<fn(Issued<'_>)> = OnceLock::new();

/// Has `watcher` see every statement of every pool of this process, after it was answered; called
/// again, it changes nothing.
pub fn watch(watcher: fn(Issued<'_>)) {
    let _ = WATCHER.set(watcher);
}

pub(super) fn saw(issued: Issued<'_>) {
    if let Some(watcher) = WATCHER.get() {
        watcher(issued);
    }
}
