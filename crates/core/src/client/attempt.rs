//! One attempt: the request out, the answer in, within a time and a size.

use std::time::{Duration, SystemTime};

use reqwest::{
    Request, Response,
    header::{CONTENT_ENCODING, HeaderMap},
};
use tokio::time::{Instant, timeout, timeout_at};

use crate::client::{
    Answer, Client,
    error::{Failure, Kind},
    retry,
};

/// How much of an error's body is read to quote from it.
const EXCERPT_BYTES: usize = 4096;

/// How much of it is quoted.
const EXCERPT_CHARS: usize = 200;

/// How long we wait for it: the status is known by then, and nobody needs the text.
const EXCERPT_PATIENCE: Duration = Duration::from_millis(500);

/// How an answer is read.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    /// How many bytes of a body at most.
    pub(super) limit: usize,
    /// Which statuses besides 2xx are answers.
    pub(super) accepted: &'static [u16],
    /// Whether errors may be quoted from.
    pub(super) quotes: bool,
}

/// Sends `request` and reads the answer, both before `until`.
pub(super) async fn attempt(
    client: &Client,
    request: Request,
    until: Instant,
    reading: Reading,
) -> Result<Answer, Failure> {
    let secrets = secrets(request.headers());
    let response = timeout_at(until, client.http.execute(request))
        .await
        .map_err(|_| Failure::of(Kind::Timeout))?
        .map_err(Failure::of_transport)?;
    let (status, headers) = (response.status(), response.headers().clone());
    if !status.is_success() && !reading.accepted.contains(&status.as_u16()) {
        let after = retry::retry_after(&headers, SystemTime::from(client.clock.now()));
        let excerpt = if reading.quotes {
            sanitised(&beginning(response, until).await, &secrets)
        } else {
            String::new()
        };
        return Err(Failure::of_status(status, after, &excerpt));
    }
    refuse_encoded(&headers)?;
    let body = timeout_at(until, read(response, reading.limit))
        .await
        .map_err(|_| Failure::of(Kind::Timeout))??;
    Ok(Answer {
        status,
        headers,
        body,
    })
}

/// We ask for no compression; bytes that are compressed all the same are not what they seem.
fn refuse_encoded(headers: &HeaderMap) -> Result<(), Failure> {
    match headers.get(CONTENT_ENCODING) {
        Some(encoding) if !encoding.as_bytes().eq_ignore_ascii_case(b"identity") => {
            let shown = sanitised(encoding.as_bytes(), &[]);
            Err(Failure::with_detail(
                Kind::Invalid,
                format!("content encoding {shown:?}"),
            ))
        }
        _ => Ok(()),
    }
}

/// The whole body, if it has at most `limit` bytes. What `Content-Length` promises can only shorten
/// the reading; what counts is what comes.
async fn read(mut response: Response, limit: usize) -> Result<Vec<u8>, Failure> {
    let too_large = || Failure::of(Kind::TooLarge { limit });
    let declared = response.content_length().unwrap_or_default();
    let declared = usize::try_from(declared).map_err(|_| too_large())?;
    if declared > limit {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Failure::of_transport)? {
        if chunk.len() > limit - body.len() {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The first bytes of an error's body, or what of them comes soon.
async fn beginning(mut response: Response, until: Instant) -> Vec<u8> {
    let mut text = Vec::new();
    let reading = async {
        while text.len() < EXCERPT_BYTES
            && let Ok(Some(chunk)) = response.chunk().await
        {
            text.extend_from_slice(&chunk);
        }
    };
    // Cut short, it is a shorter excerpt.
    let _ = timeout_at(until, timeout(EXCERPT_PATIENCE, reading)).await;
    text.truncate(EXCERPT_BYTES);
    text
}

/// What of the request must not come back in an excerpt: debug pages like to show the request.
fn secrets(headers: &HeaderMap) -> Vec<String> {
    headers
        .values()
        .filter(|value| value.is_sensitive())
        // Of `Bearer sesame` the last word.
        .filter_map(|value| value.to_str().ok()?.split_whitespace().next_back())
        .map(str::to_owned)
        .collect()
}

/// Foreign text made fit for the log: `secrets` cut out, no character that could forge or reorder a
/// line, runs of blanks as one, at most [`EXCERPT_CHARS`] characters.
pub(super) fn sanitised(text: &[u8], secrets: &[String]) -> String {
    let mut text = String::from_utf8_lossy(text).into_owned();
    for secret in secrets {
        text = text.replace(secret, crate::secret::REDACTED);
    }
    let visible = text.split(|c: char| c.is_whitespace() || is_invisible(c));
    let mut words = visible.filter(|word| !word.is_empty());
    let mut clean = words.next().unwrap_or_default().to_owned();
    for word in words {
        clean.push(' ');
        clean.push_str(word);
    }
    if let Some((cut, _)) = clean.char_indices().nth(EXCERPT_CHARS) {
        let last = clean[..cut]
            .char_indices()
            .next_back()
            .map_or(0, |(start, _)| start);
        clean.truncate(last);
        clean.push('…');
    }
    clean
}

/// Control characters, and those that are seen by nothing but their effect on others: zero width,
/// direction marks, overrides and isolates.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}')
        || matches!(c, '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_one_short_harmless_line() {
        let forged = "bad\r\n{\"level\":\"ERROR\"}\u{1b}[31m\u{202e}evil\0  \t end";
        assert_eq!(
            sanitised(forged.as_bytes(), &[]),
            "bad {\"level\":\"ERROR\"} [31m evil end"
        );
        assert_eq!(sanitised(b"\xff\xfeok", &[]), "\u{fffd}\u{fffd}ok");
        assert_eq!(sanitised("ä".repeat(200).as_bytes(), &[]), "ä".repeat(200));
        let long = sanitised("ä".repeat(201).as_bytes(), &[]);
        assert_eq!(long, format!("{}…", "ä".repeat(199)));
    }

    #[test]
    fn our_own_secrets_do_not_come_back() {
        let mut value: reqwest::header::HeaderValue = "Bearer sesame".parse().unwrap();
        value.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert("authorization", value);
        headers.insert("accept", "visible".parse().unwrap());
        let secrets = secrets(&headers);
        let page = b"you sent authorization=[Bearer sesame], accept=visible";
        let shown = "you sent authorization=[Bearer [redacted]], accept=visible";
        assert_eq!(sanitised(page, &secrets), shown);
    }
}
