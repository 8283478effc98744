//! Which proxies stand in front of the server, and what they tell of those behind them.

use std::net::IpAddr;

use super::{reader::Reader, value::Choice};
use crate::network::Network;

/// The header in which the proxies tell whom they speak for. One, not whichever is there: a proxy
/// that adds to the one passes the other on as a client wrote it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`: addresses with commas between, as most proxies write it.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl Choice for ForwardedHeader {
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("x-forwarded-for", Self::XForwardedFor),
        ("forwarded", Self::Forwarded),
    ];
}

/// The proxies in front of the server.
#[derive(Clone, Debug, Default)]
pub struct ProxySettings {
    /// `HTTP_TRUSTED_PROXIES`: addresses and networks of proxies that are believed when they tell
    /// whom they speak for. Default: none.
    pub trusted: Vec<Network>,
    /// `HTTP_FORWARDED_HEADER`: the header in which they tell it. Default: x-forwarded-for.
    pub header: ForwardedHeader,
}

impl ProxySettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            trusted: reader
                .var(
                    "HTTP_TRUSTED_PROXIES",
                    "Addresses and networks of proxies that are believed when they tell a client's address",
                )
                .default(Vec::new()),
            header: reader
                .var(
                    "HTTP_FORWARDED_HEADER",
                    "The header in which those proxies tell it: x-forwarded-for, forwarded",
                )
                .default(ForwardedHeader::default()),
        }
    }

    /// Whether `address` is that of a proxy that is believed.
    pub fn trust(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }
}
