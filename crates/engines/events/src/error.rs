//! Why there is no engine.

use std::io;

/// Why the engine cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum EventsError {
    /// Two handlers have the same name: what they handled could not be told apart.
    #[error("two event handlers are called {0}")]
    DuplicateHandler(&'static str),
    /// The system gives no threads.
    #[error("the threads of event handlers cannot be started")]
    Threads(#[source] io::Error),
}
