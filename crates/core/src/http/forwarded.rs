//! The address that a request comes from, through proxies that are trusted.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::http::header::{self, HeaderMap, HeaderName};

use crate::settings::{ForwardedHeader, ProxySettings};

/// The entries of a chain, from left to right; none where one is no address.
type Hops = Vec<Option<IpAddr>>;

/// The client's address: that of `peer`, or, where it is a trusted proxy, the one that it speaks
/// for, and so on through every trusted proxy. Each wrote the last entry of what it got, so the
/// chain is read from the right, and what stands left of the first that is not trusted is that
/// one's word alone: anybody can write it (OWASP ASVS 4.0, 11.1.4).
///
/// An entry that is no address ends the chain: who stands left of it was vouched for by nobody.
pub(super) fn client_address(peer: IpAddr, headers: &HeaderMap, proxies: &ProxySettings) -> IpAddr {
    let peer = peer.to_canonical();
    if !proxies.trust(peer) {
        return peer;
    }
    let mut client = peer;
    for hop in hops(headers, proxies.header).into_iter().rev() {
        let Some(hop) = hop else { break };
        client = hop;
        if !proxies.trust(client) {
            break;
        }
    }
    client
}

/// Whether `headers` tell of a proxy, in either way.
pub(super) fn tell_of_a_proxy(headers: &HeaderMap) -> bool {
    headers.contains_key(header::FORWARDED) || headers.contains_key(header::X_FORWARDED_FOR)
}

/// Every entry, from left to right; none where it is no address.
fn hops(headers: &HeaderMap, header: ForwardedHeader) -> Hops {
    let (name, read): (HeaderName, fn(&str) -> Hops) = match header {
        ForwardedHeader::XForwardedFor => (header::X_FORWARDED_FOR, x_forwarded_for),
        ForwardedHeader::Forwarded => (header::FORWARDED, forwarded),
    };
    headers
        .get_all(name)
        .flat_map(|value| value.to_str().map_or_else(|_| vec![None], read))
        .collect()
}

fn x_forwarded_for(value: &str) -> Hops {
    value
        .split(',')
        .map(|entry| address(entry.trim()))
        .collect()
}

/// RFC 7239, section 4: elements with commas between, each of pairs with semicolons between. A quote
/// that a client left open would swallow what the proxy wrote behind it, and make the client's own
/// word the last: nobody is vouched for in such a line.
fn forwarded(value: &str) -> Hops {
    match split(value, ',') {
        Some(elements) => elements.into_iter().map(speaks_for).collect(),
        None => vec![None],
    }
}

/// The address in an element's `for` (RFC 7239, 5.2 and 6).
fn speaks_for(element: &str) -> Option<IpAddr> {
    split(element, ';')?.into_iter().find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        let value = match value.strip_prefix('"') {
            Some(quoted) => quoted.strip_suffix('"')?,
            None => value,
        };
        name.eq_ignore_ascii_case("for").then(|| address(value))?
    })
}

/// Cuts `text` at each `separator` outside of quotes; nothing when a quote is left open.
fn split(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut quoted, mut escaped) = (false, false);
    let parts = text.split(|character| {
        let is_escaped = std::mem::take(&mut escaped);
        match character {
            '"' if !is_escaped => quoted = !quoted,
            '\\' if quoted && !is_escaped => escaped = true,
            _ => {}
        }
        character == separator && !quoted
    });
    let parts = parts.collect();
    (!quoted).then_some(parts)
}

/// An address, with or without a port; IPv6 in brackets or bare.
fn address(text: &str) -> Option<IpAddr> {
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address = (text.parse().ok())
        .or_else(|| text.parse().ok().map(|socket: SocketAddr| socket.ip()))
        .or_else(|| bracketed().map(|address: Ipv6Addr| address.into()))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    const PROXY: &str = "10.0.0.1";

    /// What is told of a request from `peer` with these headers.
    fn told(header: ForwardedHeader, peer: &str, headers: &[(&'static str, &str)]) -> String {
        let proxies = ProxySettings {
            trusted: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
            header,
        };
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            map.append(HeaderName::from_static(name), value);
        }
        client_address(peer.parse().unwrap(), &map, &proxies).to_string()
    }

    fn by_list(peer: &str, value: &str) -> String {
        let headers = [("x-forwarded-for", value)];
        told(ForwardedHeader::XForwardedFor, peer, &headers)
    }

    fn by_standard(value: &str) -> String {
        told(ForwardedHeader::Forwarded, PROXY, &[("forwarded", value)])
    }

    #[test]
    fn a_peer_that_is_no_trusted_proxy_is_the_client_whatever_it_says() {
        assert_eq!(by_list("203.0.113.9", "198.51.100.1"), "203.0.113.9");
        assert_eq!(by_list("::ffff:203.0.113.9", "198.51.100.1"), "203.0.113.9");
        let proxies = ProxySettings::default();
        let mut headers = HeaderMap::new();
        headers.insert(header::X_FORWARDED_FOR, HeaderValue::from_static("1.2.3.4"));
        let loopback = "127.0.0.1".parse().unwrap();
        assert_eq!(client_address(loopback, &headers, &proxies), loopback);
    }

    #[test]
    fn the_chain_is_read_from_the_right_up_to_the_first_who_is_not_trusted() {
        for (value, client) in [
            ("198.51.100.1", "198.51.100.1"),
            // Whoever is at the left may have written all that stands left of their own address.
            ("1.2.3.4, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.9, 198.51.100.1", "198.51.100.1"),
            ("1.2.3.4, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
            ("198.51.100.1:4711", "198.51.100.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:4711, fd00::2", "2001:db8::1"),
            ("::ffff:198.51.100.1", "198.51.100.1"),
            ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ] {
            assert_eq!(by_list(PROXY, value), client, "{value}");
        }
    }

    #[test]
    fn garbage_ends_the_chain() {
        for value in [
            "",
            "unknown",
            "1.2.3.4, unknown",
            "1.2.3.4,",
            "1.2.3.4, 999.1.1.1",
        ] {
            assert_eq!(by_list(PROXY, value), PROXY, "{value}");
        }
        assert_eq!(by_list(PROXY, "1.2.3.4, x, 10.0.0.2"), "10.0.0.2");
        assert_eq!(by_list(PROXY, "1.2.3.4, é"), PROXY);
    }

    #[test]
    fn the_standard_header_is_understood() {
        for (value, client) in [
            ("for=198.51.100.1", "198.51.100.1"),
            (
                "For=\"198.51.100.1:80\";proto=https;by=10.0.0.1",
                "198.51.100.1",
            ),
            (
                "proto=http;for=\"[2001:db8:cafe::17]:4711\"",
                "2001:db8:cafe::17",
            ),
            (
                "for=1.2.3.4, for=198.51.100.1, for=10.0.0.2",
                "198.51.100.1",
            ),
            ("for=1.2.3.4, for=_hidden", PROXY),
            ("for=1.2.3.4, for=unknown", PROXY),
            ("for=1.2.3.4, by=10.0.0.2", PROXY),
            // A comma inside of quotes, and quotes that somebody left open in front of the
            // proxy's entry.
            ("for=198.51.100.1;host=\"a,for=1.2.3.4\"", "198.51.100.1"),
            (
                "for=198.51.100.1;host=\"a\\\",for=1.2.3.4\"",
                "198.51.100.1",
            ),
            ("for=\"1.2.3.4, for=198.51.100.1", PROXY),
            ("for=1.2.3.4;x=\", for=198.51.100.1", PROXY),
            ("for=1.2.3.4;x=\", for=\"[2001:db8::1]\"", PROXY),
            ("for=1.2.3.4;x=\"\\, for=\"[2001:db8::1]\"", PROXY),
        ] {
            assert_eq!(by_standard(value), client, "{value}");
        }
    }

    #[test]
    fn several_lines_are_one_list_and_the_other_header_is_nobodys_word() {
        let lines = [
            ("x-forwarded-for", "1.2.3.4"),
            ("x-forwarded-for", "198.51.100.1, 10.0.0.2"),
            ("forwarded", "for=5.6.7.8"),
        ];
        let by_list = told(ForwardedHeader::XForwardedFor, PROXY, &lines);
        assert_eq!(by_list, "198.51.100.1");
        let by_standard = told(ForwardedHeader::Forwarded, PROXY, &lines);
        assert_eq!(by_standard, "5.6.7.8");
    }
}
