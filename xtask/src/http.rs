//! The requests with which the workshop drives a server; no HTTP library for so little.
//!
//! HTTP/1.0 (RFC 1945): one request a connection, and the answer ends where the connection does.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::error::{Error, Result};

const TIMEOUT: Duration = Duration::from_secs(10);

/// An answer; a body that is not JSON is null.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// Sends one request to a server on this machine, with these headers beside the usual ones.
///
/// # Errors
/// When it does not answer within 10 s, or not in HTTP.
pub(crate) fn request(
    port: u16,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Result<Answer> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let head = format!(
        "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n\
         Content-Type: application/json\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    let answer = exchange(port, &(head + &body))
        .map_err(|error| Error::said(format!("{method} {path} gets no answer: {error}")))?;
    parse(&answer).ok_or_else(|| Error::said(format!("{method} {path} is not answered in HTTP")))
}

fn exchange(port: u16, request: &str) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

fn parse(answer: &[u8]) -> Option<Answer> {
    let answer = std::str::from_utf8(answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head
        .strip_prefix("HTTP/1.")?
        .split(' ')
        .nth(1)?
        .parse()
        .ok()?;
    Some(Answer {
        status,
        body: serde_json::from_str(body).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_with_and_without_a_body() {
        let answer = parse(b"HTTP/1.0 201 Created\r\nA: b\r\n\r\n{\"id\":1}").expect("HTTP");
        assert_eq!(
            answer,
            Answer {
                status: 201,
                body: serde_json::json!({"id": 1})
            }
        );
        let answer = parse(b"HTTP/1.1 204 No Content\r\n\r\n").expect("HTTP");
        assert_eq!(
            answer,
            Answer {
                status: 204,
                body: Value::Null
            }
        );
        assert_eq!(parse(b"SSH-2.0-OpenSSH\r\n\r\n"), None);
    }
}
