//! An answer of any length: JSON lines, sent batch by batch as they are read.

use std::{
    error::Error,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Bytes};
use futures_util::{Stream, StreamExt};
use serde::Serialize;

use super::Answer;
use crate::{
    context::{self, RequestContext},
    openapi::{Describe, Operation},
};

/// The media type of JSON lines, by its most common name; none is registered.
const MEDIA_TYPE: &str = "application/x-ndjson";

type Failure = Box<dyn Error>;
type Batches = Pin<Box<dyn Stream<Item = Result<Bytes, Failure>>>>;

/// 200 with one JSON text a line, each ended by a line break; a line break inside of a value is
/// escaped in it (RFC 8259, 7).
///
/// The next batch is asked for when the one before is on its way, so memory holds a few at most; a
/// client that goes away ends it. When a batch fails, the connection is cut, so that the client
/// does not take what it has for the whole.
pub struct JsonLines<T> {
    batches: Batches,
    lines: PhantomData<fn() -> T>,
}

impl<T: Serialize + 'static> JsonLines<T> {
    /// The lines of `batches`, in their order.
    pub fn new<E: Error + 'static>(
        batches: impl Stream<Item = Result<Vec<T>, E>> + 'static,
    ) -> Self {
        let written = batches.map(|batch| {
            let written = batch.map_err(Failure::from).and_then(|batch| lines(&batch));
            if let Err(error) = &written {
                tracing::error!(error = error.as_ref(), "answer_cut_off");
            }
            written
        });
        Self {
            batches: Box::pin(written),
            lines: PhantomData,
        }
    }
}

fn lines<T: Serialize>(batch: &[T]) -> Result<Bytes, Failure> {
    let mut text = Vec::new();
    for one in batch {
        serde_json::to_writer(&mut text, one)?;
        text.push(b'\n');
    }
    Ok(text.into())
}

impl<T> Answer for JsonLines<T> {
    fn answer(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok()
            .content_type(MEDIA_TYPE)
            .streaming(InRequest {
                batches: self.batches,
                request: context::current(),
            })
    }
}

impl<T> Describe for JsonLines<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_media(StatusCode::OK, "One JSON object a line", MEDIA_TYPE);
    }
}

/// Batches are read after the handler is done, and still for its request: the log says which.
struct InRequest {
    batches: Batches,
    request: Option<Arc<RequestContext>>,
}

impl Stream for InRequest {
    type Item = Result<Bytes, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let request = self.request.clone();
        let batches = &mut self.batches;
        match request {
            Some(request) => context::sync_scope(request, || batches.as_mut().poll_next(cx)),
            None => batches.as_mut().poll_next(cx),
        }
    }
}
