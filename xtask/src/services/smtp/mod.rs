//! An SMTP server that keeps every mail and shows it by HTTP (`GET /email`): Maildev from npm, run by a local Node.js
//! or the distribution's, else a container.
//!
//! Two of them, since one instance is either open or asks for TLS and a password.

mod compose;
mod maildev;

use std::collections::BTreeMap;
use std::path::Path;

use super::certificate::Certificate;
use super::state::{Origin, Running};
use super::{SMTP, SMTP_TLS, Service, daemon, place, port_answers};
use crate::error::{Error, Result};
use crate::terminal::say;

/// A Maildev server of our own.
pub(super) struct Smtp {
    name: &'static str,
    variable: &'static str,
    mark: &'static str,
    api: &'static str,
    is_secure: bool,
}

impl Smtp {
    /// Takes mail from everybody in plain text.
    pub(super) fn open() -> Self {
        Self {
            name: SMTP,
            variable: "TEST_SMTP_URL",
            mark: "smtp::",
            api: "TEST_SMTP_API",
            is_secure: false,
        }
    }

    /// Takes mail by TLS from the first byte (RFC 8314), from one user. STARTTLS is not in Maildev.
    pub(super) fn secure() -> Self {
        Self {
            name: SMTP_TLS,
            variable: "TEST_SMTP_TLS_URL",
            mark: "smtp_tls::",
            api: "TEST_SMTP_TLS_API",
            is_secure: true,
        }
    }

    fn start_from(
        &self,
        home: &Path,
        started: &mut dyn FnMut(&Running) -> Result<()>,
    ) -> Result<Running> {
        let certificate = self.is_secure.then(Certificate::ensure).transpose()?;
        let data = place::create(self.name, None)?;
        say(&format!(
            "starting {} from {} in {}",
            self.name,
            home.display(),
            data.display()
        ));
        let mut running = Running::starting(Origin::Process {
            pid: None,
            programs: home.into(),
            data: data.clone(),
        });
        started(&running)?;
        let [port, api] = daemon::start(
            &data,
            |ports| maildev::server(home, &data, ports, certificate.as_ref()),
            |ports| ports.into_iter().all(port_answers),
        )?;
        running.port = port;
        running.url = url(port, self.is_secure);
        running.further = self.variables(api, certificate.as_ref());
        running.origin = Origin::Process {
            pid: daemon::pid(&data),
            programs: home.into(),
            data,
        };
        Ok(running)
    }

    fn variables(&self, api: u16, certificate: Option<&Certificate>) -> BTreeMap<String, String> {
        let api = (self.api.to_owned(), format!("http://127.0.0.1:{api}"));
        let authority = certificate.map(|certificate| {
            let path = certificate.authority();
            ("TEST_SMTP_CA".to_owned(), path.display().to_string())
        });
        std::iter::once(api).chain(authority).collect()
    }
}

impl Service for Smtp {
    fn name(&self) -> &'static str {
        self.name
    }

    fn variable(&self) -> Option<&'static str> {
        Some(self.variable)
    }

    fn mark(&self) -> Option<&'static str> {
        Some(self.mark)
    }

    fn start(&self, started: &mut dyn FnMut(&Running) -> Result<()>) -> Result<Running> {
        if let Some(home) = maildev::ensure()? {
            return self.start_from(&home, started);
        }
        if !self.is_secure && super::compose::has_engine() {
            let (mut running, api) = compose::start(started)?;
            running.url = url(running.port, false);
            running.further = self.variables(api, None);
            return Ok(running);
        }
        Err(Error::said(format!(
            "{} cannot be had: no `node` and `npm` in PATH, and not root on Debian to install them; install Node.js, \
             or set {}",
            self.name, self.variable
        )))
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

fn url(port: u16, is_secure: bool) -> String {
    if is_secure {
        format!(
            "smtps://{}:{}@127.0.0.1:{port}",
            maildev::USER,
            maildev::PASSWORD
        )
    } else {
        format!("smtp://127.0.0.1:{port}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_how_to_enter() {
        assert_eq!(url(1025, false), "smtp://127.0.0.1:1025");
        assert_eq!(url(1465, true), "smtps://ashlar:mortar@127.0.0.1:1465");
    }
}
