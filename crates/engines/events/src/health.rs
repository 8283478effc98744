//! The broker's health.

use std::{pin::Pin, sync::Arc};

use ashlar_core::health::Component;

use crate::Broker;

/// The broker, as health asks after it: while it is away, the process is ready, and degraded.
pub struct BrokerHealth(Arc<dyn Broker>);

impl BrokerHealth {
    /// The health of `broker`.
    pub fn new(broker: Arc<dyn Broker>) -> Self {
        Self(broker)
    }
}

impl Component for BrokerHealth {
    fn name(&self) -> &'static str {
        "broker"
    }

    fn essential(&self) -> bool {
        // Requests go on without it: their events wait in the outbox.
        false
    }

    fn check(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        self.0.check()
    }
}
