//! `traceparent` of W3C Trace Context, level 1 (<https://www.w3.org/TR/trace-context/>): which trace a
//! request belongs to, and which span of it called.

/// A new trace, with a first span, that nobody records unless they want to.
pub(super) fn begun() -> String {
    format!("00-{:032x}-{}-00", random() | 1, span())
}

/// The same trace with a span of our own; `None` when the text is no `traceparent`.
pub(super) fn continued(traceparent: &str) -> Option<String> {
    let mut parts = traceparent.split('-');
    let (version, trace, parent, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    // A later version may say more; version 00 may not.
    let whole = version != "00" || parts.next().is_none();
    let sound = is_hex(version, 2)
        && version != "ff"
        && is_hex(trace, 32)
        && is_hex(parent, 16)
        && is_hex(flags, 2)
        && [trace, parent]
            .iter()
            .all(|id| id.bytes().any(|byte| byte != b'0'));
    (sound && whole).then(|| format!("00-{trace}-{}-{flags}", span()))
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The id of a new span.
fn span() -> String {
    format!("{:016x}", (random() | 1) as u64)
}

/// Some random bits. An id must not be zero, so callers set one of them; without randomness, the
/// traces of a process are one.
fn random() -> u128 {
    let mut bytes = [0; 16];
    let _ = aws_lc_rs::rand::fill(&mut bytes);
    u128::from_ne_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_goes_on_and_the_span_is_new() {
        let given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let own = continued(given).unwrap();
        assert_eq!(own[..36], given[..36]);
        assert_ne!(own[36..52], given[36..52]);
        assert_eq!(own[52..], given[52..]);
        assert!(continued(&begun()).is_some());
    }

    #[test]
    fn what_is_no_traceparent_is_told_from_one() {
        for text in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert!(continued(text).is_none(), "{text}");
        }
    }
}
