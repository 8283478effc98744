//! The Kafka adapter against a real broker, a broker that is killed, and one that errs on purpose.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod cluster;
mod delivery;
mod errors;
mod groups;
mod outage;
mod pages;
mod security;
mod settings;
