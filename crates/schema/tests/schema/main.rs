//! From one schema to another: what is written, that it does what it says on both databases, and
//! that it can be undone.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod case;
mod cases;
mod refusals;
mod server;
mod written;

// What the written migrations import from the migration crate.
use ashlar_migration::{alter, columns, indexes};
