//! PostgreSQL from the `postgres` service of `docker-compose.yml`.
//!
//! Under a project name of its own, so that the containers and volumes of a developer's `docker compose up` are never
//! touched; what the file publishes as a fixed port must be free.

use std::process::Command;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::process;
use crate::services::state::{Origin, Running};
use crate::terminal::say;
use crate::workspace;

const PROJECT: &str = "ashlar-services";
const SERVICE: &str = "postgres";
const PORT: &str = "5432";

/// Whether a Docker engine with Compose runs here.
pub(super) fn has_engine() -> bool {
    process::succeeds(Command::new("docker").arg("info"))
        && process::succeeds(Command::new("docker").args(["compose", "version"]))
}

/// Starts the container and waits until it is healthy.
pub(super) fn start(started: &mut dyn FnMut(&Running) -> Result<()>) -> Result<Running> {
    say("starting PostgreSQL with Docker Compose");
    let mut running = Running {
        url: String::new(),
        port: 0,
        origin: Origin::Compose,
        kept: false,
    };
    started(&running)?;
    process::run(compose().args(["up", "--detach", "--wait", SERVICE]))?;
    let config = process::stdout_of(compose().args(["config", "--format", "json"]))?;
    let published = process::stdout_of(compose().args(["port", SERVICE, PORT]))?;
    running.port = port(&published)?;
    running.url = url(&config, running.port)?;
    Ok(running)
}

/// Removes the container and its volume.
pub(super) fn stop() -> Result<()> {
    process::run(compose().args(["down", "--volumes"]))
}

fn compose() -> Command {
    let mut command = Command::new("docker");
    command
        .args(["compose", "--project-name", PROJECT])
        .current_dir(workspace::root());
    command
}

/// The port in `0.0.0.0:32768`.
fn port(published: &str) -> Result<u16> {
    published
        .trim()
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok())
        .ok_or_else(|| Error::said("docker-compose.yml does not publish the port of PostgreSQL"))
}

/// The address, with the user that the Compose file sets; the image's own default is `postgres` throughout.
fn url(config: &str, port: u16) -> Result<String> {
    let config: Value = serde_json::from_str(config).map_err(|source| Error::Json {
        what: "docker-compose.yml".to_owned(),
        source,
    })?;
    let variables = &config["services"][SERVICE]["environment"];
    let variable = |name: &str| variables[name].as_str().map(str::to_owned);
    let user = variable("POSTGRES_USER").unwrap_or_else(|| "postgres".to_owned());
    let password = variable("POSTGRES_PASSWORD").unwrap_or_default();
    let database = variable("POSTGRES_DB").unwrap_or_else(|| user.clone());
    Ok(format!(
        "postgres://{user}:{password}@127.0.0.1:{port}/{database}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_what_the_compose_file_says() {
        let config = r#"{"services":{"postgres":{"environment":
            {"POSTGRES_USER":"ashlar","POSTGRES_PASSWORD":"stone","POSTGRES_DB":"house"}}}}"#;
        let port = port("0.0.0.0:32768\n").expect("a port");
        assert_eq!(
            url(config, port).expect("an address"),
            "postgres://ashlar:stone@127.0.0.1:32768/house"
        );
    }

    #[test]
    fn an_unpublished_port_is_told() {
        assert!(port("\n").is_err());
    }
}
