//! One attempt of one handler at one event: within its time, as part of the request that the event
//! came of, and with an end that is told, whatever it is.

use std::{any::Any, panic::AssertUnwindSafe, time::Duration};

use ashlar_core::{
    context::{self, RequestContext},
    database::Transaction,
    events::{Handler, Incoming},
    retry::Failure,
};
use futures_util::FutureExt;
use sea_orm::DbErr;
use tokio::time::Instant;

use crate::repository;

/// How a handler failed that did not say so itself.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("panicked: {0}")]
    Panicked(String),
    #[error("took longer than {0:?}")]
    TimedOut(Duration),
    #[error("the events before it took so long that each is better handled alone")]
    Slow,
    #[error("ended well, but in a transaction that the database had given up")]
    Undone(#[source] DbErr),
}

/// How long events are handled in one transaction; after that, the rest is not. SQLite's other
/// writers wait meanwhile, and those in other processes for 5 s at most.
const TOGETHER: Duration = Duration::from_secs(2);

/// Has `handler` handle `events`, one after the other, in `transaction`.
pub(super) async fn attempt_all(
    transaction: &Transaction,
    handler: &Handler,
    events: &[&Incoming],
) -> Result<(), Failure> {
    let begun = Instant::now();
    for (number, event) in events.iter().enumerate() {
        if number > 0 && begun.elapsed() > TOGETHER {
            return Err(Broken::Slow.into());
        }
        attempt(transaction, handler, event).await?;
    }
    if !events.is_empty() {
        sound(transaction).await?;
    }
    Ok(())
}

async fn attempt(
    transaction: &Transaction,
    handler: &Handler,
    event: &Incoming,
) -> Result<(), Failure> {
    let request_id = match &event.request_id {
        Some(request_id) => request_id.as_ref().into(),
        None => event.id.to_string().into_boxed_str(),
    };
    let context = RequestContext::new(request_id, "EVENT", handler.name());
    if let Some(traceparent) = &event.traceparent {
        context.continue_trace(traceparent);
    }
    let handled = AssertUnwindSafe(async { handler.call(transaction, event).await });
    let limited = tokio::time::timeout(handler.timeout(), handled.catch_unwind());
    match context::scope(context, limited).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(panic)) => Err(Broken::Panicked(said(panic.as_ref())).into()),
        Err(_) => Err(Broken::TimedOut(handler.timeout()).into()),
    }
}

/// Whether `failure` is that a handler took all of its time.
pub(super) fn is_timeout(failure: &Failure) -> bool {
    let broken = failure.error().downcast_ref::<Broken>();
    matches!(broken, Some(Broken::TimedOut(_)))
}

/// Whether what was done in `transaction` can be committed. PostgreSQL gives a transaction up after
/// an error, also when the handler took that for good, and its commit is then a rollback in silence.
async fn sound(transaction: &Transaction) -> Result<(), Failure> {
    repository::probe(transaction)
        .await
        .map_err(|error| Broken::Undone(error).into())
}

/// Tells that `handler` has handled `event`; after the commit.
pub(super) fn log_handled(handler: &Handler, event: &Incoming) {
    tracing::debug!(
        handler = handler.name(),
        event = &*event.name,
        event_id = %event.id,
        key = %event.key,
        request_id = event.request_id.as_deref(),
        "event_handled"
    );
}

fn said(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a word".to_owned())
}
