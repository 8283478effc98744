//! Apache Kafka, one node in KRaft mode: jars from Maven Central, run by a local Java or the distribution's, else a
//! container.
//!
//! `broker.sh` starts a broker, this one and those that tests start for themselves, to stop, kill and start again.

mod compose;
mod jars;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use super::certificate::Certificate;
use super::state::{Origin, Running};
use super::{KAFKA, Service, daemon, place, port_answers};
use crate::debian;
use crate::error::{Error, Result};
use crate::terminal::say;
use crate::workspace;

const SCRIPT: &str = include_str!("broker.sh");

/// Whom the TLS port lets in; `broker.sh` says the same.
const USER: &str = "ashlar";
const PASSWORD: &str = "mortar";

/// What the broker logs as the last step of its start.
const STARTED: &str = "Kafka Server started";

/// A Kafka broker of our own.
pub(super) struct Kafka;

impl Service for Kafka {
    fn name(&self) -> &'static str {
        KAFKA
    }

    fn variable(&self) -> Option<&'static str> {
        Some("TEST_KAFKA_BROKERS")
    }

    fn mark(&self) -> Option<&'static str> {
        Some("kafka::")
    }

    fn start(&self, started: &mut dyn FnMut(&Running) -> Result<()>) -> Result<Running> {
        if debian::provides("java", "default-jre-headless")?
            && let Some(home) = jars::ensure()?
        {
            return start(&home, started);
        }
        if super::compose::has_engine() {
            return compose::start(started);
        }
        Err(Error::said(
            "Kafka cannot be had: no `java` and `mvn` in PATH, not root on Debian to install them, and no Docker \
             engine; install Java 17 and Maven, or set TEST_KAFKA_BROKERS to a broker on which topics may be created",
        ))
    }

    fn answers(&self, running: &Running) -> bool {
        let alive = match &running.origin {
            Origin::Process { data, .. } => daemon::pid(data).is_some(),
            Origin::Compose => true,
        };
        alive && port_answers(running.port)
    }

    fn stop(&self, running: &Running) -> Result<()> {
        match &running.origin {
            Origin::Process { data, .. } => daemon::stop(data),
            Origin::Compose => compose::CONTAINER.stop(),
        }
    }
}

fn start(home: &Path, started: &mut dyn FnMut(&Running) -> Result<()>) -> Result<Running> {
    let certificate = Certificate::ensure()?;
    let script = home.join("broker.sh");
    workspace::write(&script, SCRIPT)?;
    let data = place::create(KAFKA, None)?;
    say(&format!(
        "starting kafka from {} in {}",
        home.display(),
        data.display()
    ));
    let mut running = Running::starting(Origin::Process {
        pid: None,
        programs: home.into(),
        data: data.clone(),
    });
    started(&running)?;
    let [port, sasl_port, _] = daemon::start(
        &data,
        |ports: [u16; 3]| {
            let mut command = Command::new("sh");
            command
                .arg(&script)
                .arg(&data)
                .args(ports.map(|port| port.to_string()));
            command
        },
        |_| daemon::log(&data).contains(STARTED),
    )?;
    running.port = port;
    running.url = format!("127.0.0.1:{port}");
    running.further = variables(sasl_port, &certificate.authority(), &script);
    running.origin = Origin::Process {
        pid: daemon::pid(&data),
        programs: home.into(),
        data,
    };
    Ok(running)
}

/// What else tests need: the TLS port and who may enter it, and the script for a broker of their own.
fn variables(sasl_port: u16, authority: &Path, script: &Path) -> BTreeMap<String, String> {
    [
        ("TEST_KAFKA_SASL_BROKERS", format!("127.0.0.1:{sasl_port}")),
        ("TEST_KAFKA_SASL_USER", USER.to_owned()),
        ("TEST_KAFKA_SASL_PASSWORD", PASSWORD.to_owned()),
        ("TEST_KAFKA_CA", authority.display().to_string()),
        ("TEST_KAFKA_BROKER_SH", script.display().to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_lets_in_whom_tests_are_told() {
        assert!(SCRIPT.contains(&format!("\nuser={USER}\n")));
        assert!(SCRIPT.contains(&format!("\npassword={PASSWORD}\n")));
    }
}
