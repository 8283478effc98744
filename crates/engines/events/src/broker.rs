//! What carries events from the outbox to those who read them.

use std::{error::Error, pin::Pin};

use ashlar_core::events::Incoming;

use crate::consumers::Groups;

/// What [`Broker::publish`] answers. It need not be `Send`: a handler's work is not.
pub type Publishing<'a> = Pin<Box<dyn Future<Output = Result<(), BrokerError>> + 'a>>;

/// Carries events from the outbox to the groups that read them.
pub trait Broker: Send + Sync + 'static {
    /// Its name in the log and in health: `in-process`, `kafka`.
    fn name(&self) -> &'static str;

    /// Takes `events`, all of one partition of the outbox, in order; answers when it holds all of
    /// them durably. After an error the same events come again.
    fn publish<'a>(&'a self, events: &'a [Incoming]) -> Publishing<'a>;

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

impl Broker for InProcess {
    fn name(&self) -> &'static str {
        "in-process"
    }

    fn publish<'a>(&'a self, events: &'a [Incoming]) -> Publishing<'a> {
        Box::pin(async move {
            for group in self.0.iter() {
                group.take(events).await.map_err(BrokerError::new)?;
            }
            Ok(())
        })
    }

    fn check(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(std::future::ready(true))
    }
}
