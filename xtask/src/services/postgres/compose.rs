//! PostgreSQL from the `postgres` service of `docker-compose.yml`.

use serde_json::Value;

use crate::error::Result;
use crate::services::compose::Compose;
use crate::services::state::Running;

pub(super) const CONTAINER: Compose = Compose("postgres");

/// Starts the container and waits until it is healthy.
pub(super) fn start(started: &mut dyn FnMut(&Running) -> Result<()>) -> Result<Running> {
    let mut running = CONTAINER.start(started)?;
    running.port = CONTAINER.port("5432")?;
    running.url = url(&CONTAINER.description()?, running.port);
    Ok(running)
}

/// The address, with the user that the Compose file sets; the image's own default is `postgres` throughout.
fn url(service: &Value, port: u16) -> String {
    let variables = &service["environment"];
    let variable = |name: &str| variables[name].as_str().map(str::to_owned);
    let user = variable("POSTGRES_USER").unwrap_or_else(|| "postgres".to_owned());
    let password = variable("POSTGRES_PASSWORD").unwrap_or_default();
    let database = variable("POSTGRES_DB").unwrap_or_else(|| user.clone());
    format!("postgres://{user}:{password}@127.0.0.1:{port}/{database}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_what_the_compose_file_says() {
        let service = serde_json::json!({"environment":
            {"POSTGRES_USER":"ashlar","POSTGRES_PASSWORD":"stone","POSTGRES_DB":"house"}});
        assert_eq!(
            url(&service, 32768),
            "postgres://ashlar:stone@127.0.0.1:32768/house"
        );
    }
}
