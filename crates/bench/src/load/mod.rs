//! The load generator: minimal HTTP/1.1 clients that leave the two cores to the servers.
//!
//! Two ways to drive, because they answer different questions. [`closed`] keeps every connection
//! busy: how much can the server do, at what cost. [`paced`] sends at a set rate, come what may:
//! how long does a user wait. Its latency counts from the *intended* start, so a stall shows in
//! all requests that it delayed (no coordinated omission).

pub(crate) mod closed;
pub(crate) mod paced;

mod blocking;
mod inbox;
mod tally;

use std::net::SocketAddr;

pub(crate) use blocking::Client;
pub(crate) use inbox::Answer;
pub(crate) use tally::{Tally, median};

use crate::scenario::{Scenario, Subject};

/// Who is driven, with what, over how many connections.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    /// Name for errors.
    pub(crate) name: &'a str,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// What is asked.
    pub(crate) scenario: Scenario,
    /// On whose behalf.
    pub(crate) subject: &'a Subject,
}
