//! Where a request comes from, as far as that can be told.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    net::IpAddr,
    sync::Once,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};

use super::forwarded::{client_address, tell_of_a_proxy};
use crate::{
    openapi::{Describe, Operation},
    settings::ProxySettings,
};

/// How much of a `User-Agent` is kept, in bytes.
const USER_AGENT_LIMIT: usize = 255;

/// Who is at the other end: for lists of sign-ins, for audits, for throttling. It proves nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientInfo {
    /// The address that the request came from: the peer's, or the one that a trusted proxy
    /// (`HTTP_TRUSTED_PROXIES`) tells.
    pub address: Option<IpAddr>,
    /// What the client calls itself: at most 255 bytes of printable ASCII.
    pub user_agent: Option<String>,
}

impl ClientInfo {
    fn of(request: &HttpRequest) -> Self {
        let user_agent = request.headers().get(header::USER_AGENT);
        Self {
            address: address(request),
            user_agent: user_agent.and_then(|value| printable(value.as_bytes())),
        }
    }
}

fn address(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    match request.app_data::<ProxySettings>() {
        Some(proxies) if !proxies.trusted.is_empty() => {
            Some(client_address(peer, request.headers(), proxies))
        }
        _ => {
            if tell_of_a_proxy(request.headers()) {
                warn_of_unknown_proxy();
            }
            Some(peer.to_canonical())
        }
    }
}

/// Once in a process: behind a proxy that is not known as one, all clients have its address, and
/// are throttled as if they were one.
fn warn_of_unknown_proxy() {
    static WARNED: Once = Once::new();
    WARNED.call_once(|| {
        tracing::warn!(
            hint = "behind a proxy, name it in HTTP_TRUSTED_PROXIES",
            "forwarded_header_ignored"
        );
    });
}

/// The printable part, so that no log or page that shows it can be written into.
fn printable(bytes: &[u8]) -> Option<String> {
    let text: String = bytes
        .iter()
        .filter(|byte| byte.is_ascii_graphic() || **byte == b' ')
        .take(USER_AGENT_LIMIT)
        .map(|byte| char::from(*byte))
        .collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

impl FromRequest for ClientInfo {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

impl Describe for ClientInfo {
    fn describe(_: &mut Operation<'_>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_printed_is_kept() {
        assert_eq!(
            printable(b"curl/8\r\nx: \x1b[1m\xff").as_deref(),
            Some("curl/8x: [1m")
        );
        assert_eq!(printable(b" \t "), None);
        assert_eq!(printable(&[b'a'; 1000]).map(|text| text.len()), Some(255));
    }
}
