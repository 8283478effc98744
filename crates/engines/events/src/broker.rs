//! What carries events from the outbox to those who read them.

use std::{error::Error, pin::Pin, sync::Arc};

use ashlar_core::events::Incoming;
use chrono::TimeDelta;

use crate::consumers::Groups;

/// How long an event waits for a process that knows its type: while a release is rolled out, old and
/// new processes drain the same outbox.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// What [`Broker::publish`] answers. It need not be `Send`: a handler's work is not.
pub type Publishing<'a> = Pin<Box<dyn Future<Output = Result<(), BrokerError>> + 'a>>;

/// Carries events from the outbox to the groups that read them.
pub trait Broker: Send + Sync + 'static {
    /// Its name in the log and in health: `in-process`, `kafka`.
    fn name(&self) -> &'static str;

    /// Takes `events`, all of one partition of the outbox, in order; answers when it holds all of
    /// them durably. After an error the same events come again.
    fn publish<'a>(&'a self, events: &'a [Incoming]) -> Publishing<'a>;

    /// How many partitions of the outbox it is to be given at once, where that is not for the settings
    /// to say: many, when taking events is mostly waiting.
    fn lanes(&self) -> Option<usize> {
        None
    }

    /// Whether it takes events just now. While it does not, the outbox grows and requests go on.
    fn check(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>>;
}

/// The broker does not take events just now.
#[derive(Debug, thiserror::Error)]
#[error("the broker took no events")]
pub struct BrokerError(#[source] Box<dyn Error + Send + Sync>);

impl BrokerError {
    /// For this reason.
    pub fn new(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(reason.into())
    }
}

/// The broker of a system that has no other: its groups are those of this process, and each has
/// handled the events, durably, when they count as taken.
#[derive(Clone, Debug)]
pub struct InProcess(Groups);

impl InProcess {
    /// Hands events to `groups`.
    pub fn new(groups: Groups) -> Self {
        Self(groups)
    }
}

impl InProcess {
    /// Whether `event` is left to a process of a newer build, which knows its type. When none has
    /// come for it in all the time, it goes on like one that nobody reads.
    fn leaves(&self, event: &Incoming) -> bool {
        if self.0.know(event) {
            return false;
        }
        let waits = self.0.now() - event.occurred_at < PATIENCE;
        if !waits {
            tracing::warn!(
                event = &*event.name,
                version = event.version,
                event_id = %event.id,
                "event_unknown"
            );
        }
        waits
    }
}

/// An event of a type that this build does not know.
#[derive(Debug, thiserror::Error)]
#[error("{name} v{version} is not known to this build, and left to a newer one")]
struct Unknown {
    name: Arc<str>,
    version: u16,
}

impl From<&Incoming> for Unknown {
    fn from(event: &Incoming) -> Self {
        Self {
            name: Arc::clone(&event.name),
            version: event.version,
        }
    }
}

impl Broker for InProcess {
    fn name(&self) -> &'static str {
        "in-process"
    }

    fn publish<'a>(&'a self, events: &'a [Incoming]) -> Publishing<'a> {
        Box::pin(async move {
            let newer = events.iter().position(|event| self.leaves(event));
            let ours = &events[..newer.unwrap_or(events.len())];
            for group in self.0.iter() {
                group.take(ours).await.map_err(BrokerError::new)?;
            }
            match newer {
                None => Ok(()),
                Some(place) => Err(BrokerError::new(Unknown::from(&events[place]))),
            }
        })
    }

    fn check(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(std::future::ready(true))
    }
}
