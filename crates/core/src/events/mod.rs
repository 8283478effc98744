//! What a domain tells the others: events. They are written in the transaction of the change that
//! they tell of, so that nothing is told that did not happen, and nothing that happened is lost.

mod event;
mod example;
mod handler;
pub mod outbox;

pub use event::{Event, EventId, EventType, Received};
pub use handler::{Handle, Handler, Incoming};
pub use outbox::publish;
