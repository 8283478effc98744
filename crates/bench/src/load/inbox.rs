//! Reads answers off a byte stream, without I/O of its own: both clients fill it.

use std::io;
use std::ops::Range;

/// Room for a page of 20 projects; grows for larger answers.
const INITIAL_BYTES: usize = 32 * 1024;
/// No answer of the API is near this; past it the server is broken.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// A complete answer, borrowed from the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer<'a> {
    /// Status code.
    pub(crate) status: u16,
    /// Body, as sent.
    pub(crate) body: &'a [u8],
}

/// The bytes received since the last request.
pub(super) struct Inbox {
    bytes: Vec<u8>,
    filled: usize,
}

impl Inbox {
    pub(super) fn new() -> Self {
        Self {
            bytes: vec![0; INITIAL_BYTES],
            filled: 0,
        }
    }

    /// Forgets the last answer; there is no pipelining, so nothing else can be waiting.
    pub(super) fn clear(&mut self) {
        self.filled = 0;
    }

    /// Where the next bytes go.
    pub(super) fn room(&mut self) -> &mut [u8] {
        if self.filled == self.bytes.len() {
            self.bytes.resize(self.bytes.len() * 2, 0);
        }
        &mut self.bytes[self.filled..]
    }

    /// Says that `count` bytes were put into the room.
    ///
    /// # Errors
    /// `UnexpectedEof` for none: the server closed; `InvalidData` when the answer has no end.
    pub(super) fn received(&mut self, count: usize) -> io::Result<()> {
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.filled += count;
        if self.filled > MAX_BYTES {
            Err(invalid("an endless answer"))
        } else {
            Ok(())
        }
    }

    /// The answer, once it is complete.
    ///
    /// # Errors
    /// `InvalidData` for bytes that are no HTTP/1.1 answer with a `Content-Length`.
    pub(super) fn answer(&self) -> io::Result<Option<Answer<'_>>> {
        let bytes = &self.bytes[..self.filled];
        let Some(head) = find(bytes, b"\r\n\r\n") else {
            return Ok(None);
        };
        let status = status(bytes).ok_or_else(|| invalid("a status line"))?;
        let length = content_length(&bytes[..head]).ok_or_else(|| invalid("a Content-Length"))?;
        let body: Range<usize> = head + 4..head + 4 + length;
        Ok(bytes.get(body).map(|body| Answer { status, body }))
    }
}

fn status(head: &[u8]) -> Option<u16> {
    let digits = head.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn content_length(head: &[u8]) -> Option<usize> {
    let value = head.split(|&byte| byte == b'\n').find_map(|line| {
        let (name, value) = line.split_at_checked(15)?;
        name.eq_ignore_ascii_case(b"content-length:")
            .then_some(value)
    })?;
    std::str::from_utf8(value.trim_ascii()).ok()?.parse().ok()
}

/// Position of `needle` in `haystack`.
fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("the answer has no usable form: {what}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(inbox: &mut Inbox, bytes: &[u8]) {
        for piece in bytes.chunks(1000) {
            let room = inbox.room();
            let count = piece.len().min(room.len());
            room[..count].copy_from_slice(&piece[..count]);
            inbox.received(count).unwrap();
            if count < piece.len() {
                feed(inbox, &piece[count..]);
            }
        }
    }

    #[test]
    fn an_answer_is_there_with_its_last_byte_and_not_before() {
        let bytes = b"HTTP/1.1 201 Created\r\nConTent-length: 2\r\nX-A: b\r\n\r\n{}";
        for cut in 0..bytes.len() {
            let mut inbox = Inbox::new();
            feed(&mut inbox, &bytes[..cut]);
            assert_eq!(inbox.answer().unwrap(), None, "after {cut} bytes");
        }
        let mut inbox = Inbox::new();
        feed(&mut inbox, bytes);
        assert_eq!(
            inbox.answer().unwrap(),
            Some(Answer {
                status: 201,
                body: b"{}"
            })
        );
    }

    #[test]
    fn an_answer_may_outgrow_the_first_room() {
        let body = vec![b'x'; 3 * INITIAL_BYTES];
        let mut bytes = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        bytes.push_str(std::str::from_utf8(&body).unwrap());
        let mut inbox = Inbox::new();
        feed(&mut inbox, bytes.as_bytes());
        assert_eq!(inbox.answer().unwrap().unwrap().body.len(), body.len());
    }

    #[test]
    fn what_has_no_length_and_what_is_no_http_is_an_error() {
        for bytes in [
            "HTTP/1.1 200 OK\r\nA: b\r\n\r\n",
            "SSH-2.0-OpenSSH\r\ncontent-length: 0\r\n\r\n",
        ] {
            let mut inbox = Inbox::new();
            feed(&mut inbox, bytes.as_bytes());
            assert!(inbox.answer().is_err(), "{bytes}");
        }
    }

    #[test]
    fn a_closed_connection_is_an_error() {
        assert_eq!(
            Inbox::new().received(0).unwrap_err().kind(),
            io::ErrorKind::UnexpectedEof
        );
    }
}
