//! An OpenID provider whose users are whoever they say: `oidc-provider` from npm, with a server of ours around it, run by
//! a local Node.js or the distribution's. No container: there is no image of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::state::{Origin, Running};
use super::{OIDC, Service, daemon, place, port_answers};
use crate::error::{Error, Result};
use crate::npm;
use crate::terminal::say;
use crate::workspace;

/// The variable that tells tests its issuer.
const VARIABLE: &str = "TEST_OIDC_URL";

/// Pinned, since what it checks is what we are tested against.
const VERSION: &str = "9.13.3";

/// What runs it, beside the package.
const SCRIPT: &str = include_str!("server.mjs");

/// The provider.
pub(super) struct Oidc;

impl Service for Oidc {
    fn name(&self) -> &'static str {
        OIDC
    }

    fn variable(&self) -> Option<&'static str> {
        Some(VARIABLE)
    }

    fn mark(&self) -> Option<&'static str> {
        Some("oidc::")
    }

    fn start(&self, started: &mut dyn FnMut(&Running) -> Result<()>) -> Result<Running> {
        let home = ensure()?.ok_or_else(|| {
            Error::said(format!(
                "{OIDC} cannot be had: no `node` and `npm` in PATH, and not root on Debian to install them; install \
                 Node.js, or set {VARIABLE}"
            ))
        })?;
        let data = place::create(OIDC, None)?;
        say(&format!(
            "starting {OIDC} from {} in {}",
            home.display(),
            data.display()
        ));
        let mut running = Running::starting(Origin::Process {
            pid: None,
            programs: home.clone(),
            data: data.clone(),
        });
        started(&running)?;
        let [port] = daemon::start(
            &data,
            |ports| server(&home, &data, ports),
            |ports| ports.into_iter().all(port_answers),
        )?;
        running.port = port;
        running.url = format!("http://127.0.0.1:{port}");
        running.origin = Origin::Process {
            pid: daemon::pid(&data),
            programs: home,
            data,
        };
        Ok(running)
    }

    fn answers(&self, running: &Running) -> bool {
        let alive = match &running.origin {
            Origin::Process { data, .. } => daemon::pid(data).is_some(),
            Origin::Compose => false,
        };
        alive && port_answers(running.port)
    }

    fn stop(&self, running: &Running) -> Result<()> {
        match &running.origin {
            Origin::Process { data, .. } => daemon::stop(data),
            Origin::Compose => Ok(()),
        }
    }
}

/// The folder of the installed package, fetched when it is not there yet; `None` when there is no Node.js.
fn ensure() -> Result<Option<PathBuf>> {
    let Some(home) = npm::ensure("oidc-provider", VERSION)? else {
        return Ok(None);
    };
    workspace::write(&home.join("server.mjs"), SCRIPT)?;
    Ok(Some(home))
}

/// The folder is among the arguments, since the process is known by it.
fn server(home: &Path, data: &Path, [port]: [u16; 1]) -> Command {
    let mut command = Command::new("node");
    command
        .arg(home.join("server.mjs"))
        .arg(port.to_string())
        .arg(data);
    command
}
