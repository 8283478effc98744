//! Who reads an event.

use std::{fmt, pin::Pin, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Event, EventId, EventType, Received};
use crate::{
    database::Transaction,
    retry::{Failure, Retry},
};

/// Reads events of type `E`. Implemented by a domain, once for each event that it reads:
///
/// ```
/// # use ashlar_core::{database::Transaction, events::{Event, Handle, Received}, retry::Failure};
/// # #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
/// # struct UserDeleted { user_id: uuid::Uuid }
/// # impl Event for UserDeleted {
/// #     const NAME: &'static str = "user.deleted";
/// #     const ABOUT: &'static str = "A user is gone.";
/// #     fn key(&self) -> uuid::Uuid { self.user_id }
/// # }
/// struct ForgetUser;
///
/// impl Handle<UserDeleted> for ForgetUser {
///     async fn handle(&self, tx: &Transaction, gone: &Received<UserDeleted>) -> Result<(), Failure> {
/// #       let _ = (tx, gone.event.user_id);
///         // … writes with `tx` …
///         Ok(())
///     }
/// }
/// ```
pub trait Handle<E: Event>: Send + Sync + 'static {
    /// How often an event is tried that fails.
    const RETRY: Retry = Retry::DEFAULT;

    /// How long one event may take.
    const TIMEOUT: Duration = Duration::from_secs(10);

    /// Does what the event asks for, with `transaction` and nothing else: what it wrote is there
    /// once, however often the event arrives, and not at all when it fails. What reaches beyond the
    /// database (a mail, a call) is a job that it enqueues.
    fn handle(
        &self,
        transaction: &Transaction,
        event: &Received<E>,
    ) -> impl Future<Output = Result<(), Failure>>;
}

/// An event on its way to a handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// Its id.
    pub id: EventId,
    /// The name of its type.
    pub name: Arc<str>,
    /// The version of its type.
    pub version: u16,
    /// The id of the entity that it is about.
    pub key: Uuid,
    /// The event in JSON.
    pub payload: Arc<str>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// The id of the request that it came of.
    pub request_id: Option<Arc<str>>,
    /// The trace that it belongs to (W3C Trace Context).
    pub traceparent: Option<Arc<str>>,
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + 'a>>;

/// A [`Handle`] of some type, with its name. Cheap to clone.
#[derive(Clone)]
pub struct Handler {
    name: &'static str,
    event: EventType,
    retry: Retry,
    timeout: Duration,
    call: Arc<dyn Call>,
}

trait Call: Send + Sync {
    fn call<'a>(&'a self, transaction: &'a Transaction, event: &'a Incoming) -> Running<'a>;
}

struct Typed<E, H>(H, std::marker::PhantomData<fn() -> E>);

impl<E: Event, H: Handle<E>> Call for Typed<E, H> {
    fn call<'a>(&'a self, transaction: &'a Transaction, event: &'a Incoming) -> Running<'a> {
        Box::pin(async move {
            let payload = serde_json::from_str(&event.payload)
                .map_err(|error| Failure::unreadable(E::NAME, E::VERSION, error))?;
            let received = Received {
                id: event.id,
                occurred_at: event.occurred_at,
                event: payload,
            };
            self.0.handle(transaction, &received).await
        })
    }
}

impl Handler {
    /// `handle` under `name`, which never changes: what was handled is remembered by it.
    pub(crate) fn new<E: Event, H: Handle<E>>(name: &'static str, handle: H) -> Self {
        Self {
            name,
            event: EventType::of::<E>(),
            retry: H::RETRY,
            timeout: H::TIMEOUT,
            call: Arc::new(Typed(handle, std::marker::PhantomData)),
        }
    }

    /// `<domain>.<what it does>`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The type of the events that it reads.
    pub fn event(&self) -> &EventType {
        &self.event
    }

    /// Whether it reads this one.
    pub fn reads(&self, event: &Incoming) -> bool {
        self.event.name == &*event.name && self.event.version == event.version
    }

    /// How often an event is tried that fails.
    pub fn retry(&self) -> Retry {
        self.retry
    }

    /// How long one event may take.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Handles one event in `transaction`. The timeout and panics are the caller's to watch.
    pub fn call<'a>(&'a self, transaction: &'a Transaction, event: &'a Incoming) -> Running<'a> {
        self.call.call(transaction, event)
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handler").field(&self.name).finish()
    }
}
