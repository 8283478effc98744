//! Services from `docker-compose.yml`.
//!
//! Each under a project name of its own, so that the containers and volumes of a developer's `docker compose up` are
//! never touched; what the file publishes as a fixed port must be free.

use std::process::Command;

use serde_json::Value;

use super::state::{Origin, Running};
use crate::error::{Error, Result};
use crate::process;
use crate::terminal::say;
use crate::workspace;

/// Whether a Docker engine with Compose runs here.
pub(super) fn has_engine() -> bool {
    process::succeeds(Command::new("docker").arg("info"))
        && process::succeeds(Command::new("docker").args(["compose", "version"]))
}

/// A service of the file, by its name there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Compose(pub(super) &'static str);

impl Compose {
    /// Starts the container and waits until it is healthy. Its address is left for the caller to tell.
    pub(super) fn start(self, started: &mut dyn FnMut(&Running) -> Result<()>) -> Result<Running> {
        let Self(service) = self;
        say(&format!("starting {service} with Docker Compose"));
        let running = Running::starting(Origin::Compose);
        started(&running)?;
        process::run(self.command().args(["up", "--detach", "--wait", service]))?;
        Ok(running)
    }

    /// The port on this machine that a port of the container is published as.
    pub(super) fn port(self, inner: &str) -> Result<u16> {
        let Self(service) = self;
        let published = process::stdout_of(self.command().args(["port", service, inner]))?;
        port(&published).ok_or_else(|| {
            Error::said(format!(
                "docker-compose.yml does not publish the port {inner} of {service}"
            ))
        })
    }

    /// The service as the file describes it.
    pub(super) fn description(self) -> Result<Value> {
        let config = process::stdout_of(self.command().args(["config", "--format", "json"]))?;
        let mut config: Value = serde_json::from_str(&config).map_err(|source| Error::Json {
            what: "docker-compose.yml".to_owned(),
            source,
        })?;
        Ok(config["services"][self.0].take())
    }

    /// Removes the container and its volume.
    pub(super) fn stop(self) -> Result<()> {
        say(&format!("stopping the container of {}", self.0));
        process::run(self.command().args(["down", "--volumes"]))
    }

    fn command(self) -> Command {
        let mut command = Command::new("docker");
        command
            .args(["compose", "--project-name"])
            .arg(format!("ashlar-services-{}", self.0))
            .current_dir(workspace::root());
        command
    }
}

/// The port in `0.0.0.0:32768`.
fn port(published: &str) -> Option<u16> {
    published.trim().rsplit(':').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_what_docker_says() {
        assert_eq!(port("0.0.0.0:32768\n"), Some(32768));
        assert_eq!(port("[::]:9092\n"), Some(9092));
        assert_eq!(port("\n"), None);
    }
}
