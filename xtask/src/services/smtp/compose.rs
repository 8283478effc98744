//! Maildev from the `mail` service of `docker-compose.yml`.

use crate::error::Result;
use crate::services::compose::Compose;
use crate::services::state::Running;

pub(super) const CONTAINER: Compose = Compose("mail");

/// Starts the container and waits until it is healthy; also tells the port of its API.
pub(super) fn start(started: &mut dyn FnMut(&Running) -> Result<()>) -> Result<(Running, u16)> {
    let mut running = CONTAINER.start(started)?;
    running.port = CONTAINER.port("1025")?;
    let api = CONTAINER.port("1080")?;
    Ok((running, api))
}
