//! Kafka from the `kafka` service of `docker-compose.yml`: without the TLS port and the script.

use crate::error::Result;
use crate::services::compose::Compose;
use crate::services::state::Running;

pub(super) const CONTAINER: Compose = Compose("kafka");

/// Starts the container and waits until it is healthy.
pub(super) fn start(started: &mut dyn FnMut(&Running) -> Result<()>) -> Result<Running> {
    let mut running = CONTAINER.start(started)?;
    running.port = CONTAINER.port("9092")?;
    running.url = format!("127.0.0.1:{}", running.port);
    Ok(running)
}
