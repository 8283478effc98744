//! The workshop, as it is used: its own binary in a workspace that builds in a second.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod commands;
mod dev;
mod seed;

mod stub;
