//! Taking in a body: what it may be, how large, and how the refusal reaches the client.

use std::time::Duration;

use actix_web::{
    HttpMessage, HttpRequest,
    dev::Payload,
    http::header,
    web::{Bytes, BytesMut},
};
use futures_util::StreamExt;

use crate::{
    openapi::Operation,
    principal,
    problem::{Code, Problem},
};

/// What body a route takes in. Set for the whole app by its settings.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit {
    /// The most bytes.
    pub bytes: usize,
    /// How long it may take to arrive.
    pub time: Duration,
}

impl Default for BodyLimit {
    fn default() -> Self {
        Self {
            bytes: 1 << 20,
            time: Duration::from_secs(20),
        }
    }
}

/// How much of a body that is too large is still taken in, so that a client which is in the middle
/// of sending it gets to read the 413 instead of a reset connection.
const DRAIN_BYTES: usize = 64 << 20;
const DRAIN_TIME: Duration = Duration::from_secs(5);

/// A body that has been announced and is yet to be read.
pub(super) struct Incoming {
    request: HttpRequest,
    accepted: Result<(), Problem>,
    announced: usize,
    limit: BodyLimit,
    payload: Payload,
}

impl Incoming {
    /// The body of `request`, which must be in UTF-8 and of a content type that `accepts` takes;
    /// `expected` names it in the refusal.
    pub(super) fn of(
        request: &HttpRequest,
        payload: &mut Payload,
        accepts: fn(&str) -> bool,
        expected: &'static str,
    ) -> Self {
        Self {
            request: request.clone(),
            accepted: check_content(request, accepts, expected),
            announced: content_length(request),
            limit: request.app_data().copied().unwrap_or_default(),
            payload: payload.take(),
        }
    }

    /// The whole body, if its sender still is who they were when it began to arrive.
    pub(super) async fn read(self) -> Result<Bytes, Problem> {
        self.accepted?;
        let time = self.limit.time;
        let body = read(self.payload, self.announced, self.limit.bytes);
        let body = tokio::time::timeout(time, body)
            .await
            .unwrap_or_else(|_| Err(too_slow()))?;
        principal::must_stand(&self.request).await?;
        Ok(body)
    }
}

/// What any route that reads a body can refuse it with.
pub(super) fn describe_refusals(operation: &mut Operation<'_>) {
    operation.fails(Code::BadRequest);
    operation.fails(Code::RequestTimeout);
    operation.fails(Code::PayloadTooLarge);
    operation.fails(Code::UnsupportedMediaType);
    operation.fails(Code::ValidationError);
}

fn check_content(
    request: &HttpRequest,
    accepts: fn(&str) -> bool,
    expected: &'static str,
) -> Result<(), Problem> {
    if !accepts(request.content_type()) {
        return Err(unsupported(expected));
    }
    let utf8 = match request.encoding() {
        Ok(encoding) => encoding.name() == "UTF-8",
        Err(_) => false,
    };
    if !utf8 {
        return Err(unsupported("The body must be in UTF-8"));
    }
    // Decompressing on a stranger's behalf is how small requests fill a memory.
    match request.headers().get(header::CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => {
            Err(unsupported("The body must not be compressed"))
        }
        _ => Ok(()),
    }
}

fn unsupported(message: &'static str) -> Problem {
    Problem::new(Code::UnsupportedMediaType, message)
}

fn content_length(request: &HttpRequest) -> usize {
    let length = request.headers().get(header::CONTENT_LENGTH);
    length
        .and_then(|length| length.to_str().ok()?.parse().ok())
        .unwrap_or(0)
}

/// The whole body, if it is within `limit`.
async fn read(mut payload: Payload, announced: usize, limit: usize) -> Result<Bytes, Problem> {
    if announced > limit {
        drain(payload).await;
        return Err(too_large(limit));
    }
    let mut body = BytesMut::with_capacity(announced);
    while let Some(chunk) = payload.next().await {
        let chunk = chunk
            .map_err(|error| Problem::bad_request("The body could not be read").caused_by(error))?;
        if body.len() + chunk.len() > limit {
            drain(payload).await;
            return Err(too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

async fn drain(mut payload: Payload) {
    let all = async {
        let mut left = DRAIN_BYTES;
        while let Some(Ok(chunk)) = payload.next().await {
            left = left.saturating_sub(chunk.len());
            if left == 0 {
                break;
            }
        }
    };
    // Whether it all came or not, the answer is the same.
    let _ = tokio::time::timeout(DRAIN_TIME, all).await;
}

fn too_slow() -> Problem {
    Problem::new(Code::RequestTimeout, "The body did not arrive in time")
}

fn too_large(limit: usize) -> Problem {
    Problem::new(
        Code::PayloadTooLarge,
        format!("The body is larger than {limit} bytes"),
    )
}
