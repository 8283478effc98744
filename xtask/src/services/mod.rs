//! The real services that development and tests need, started by ourselves on a bare machine.
//!
//! A service is one file (or folder) that implements [`Service`] and is listed in [`all`]. What runs is written to
//! `target/services/<name>.json`; `target/services/env` holds the variables that point tests to it.

mod browser;
mod certificate;
mod compose;
mod daemon;
mod kafka;
mod lease;
mod oidc;
mod place;
mod ports;
mod postgres;
mod smtp;
mod state;
mod supply;

use std::thread;

use crate::error::{Error, Result};
use crate::terminal::{print, say};

use ports::{free_ports, port_answers};

pub(crate) use lease::Lease;
pub(crate) use state::Running;
pub(crate) use supply::{Presence, Supply, supplies};

/// PostgreSQL as tests use it: fast, and nothing survives a crash.
pub(crate) const POSTGRES: &str = "postgres";
/// PostgreSQL as the benchmark measures it: with its durability on.
pub(crate) const POSTGRES_BENCH: &str = "postgres-bench";

/// Apache Kafka, for tests of the broker's adapter.
pub(crate) const KAFKA: &str = "kafka";
/// An OpenID provider.
const OIDC: &str = "oidc";
/// A mail server that is open to everybody.
const SMTP: &str = "smtp";
/// A mail server that wants TLS and a password.
const SMTP_TLS: &str = "smtp-tls";

/// A browser, for tests of the sign-in page.
const BROWSER: &str = "browser";

/// A service that can be started, asked and stopped.
trait Service: Sync {
    /// Its name on the command line and of its state file.
    fn name(&self) -> &'static str;

    /// The variable that tells tests where it is; when the environment has it already, nothing is started. What else
    /// tests need to know is in [`Running::further`].
    fn variable(&self) -> Option<&'static str>;

    /// What the names of the tests that need it contain, by convention: they are skipped when it cannot be had.
    fn mark(&self) -> Option<&'static str>;

    /// Starts it and returns when it answers. `started` is called as soon as there is something to stop.
    fn start(&self, started: &mut dyn FnMut(&Running) -> Result<()>) -> Result<Running>;

    /// Whether it is alive and answers.
    fn answers(&self, running: &Running) -> bool;

    /// Stops it, whatever state it is in, and removes its data.
    fn stop(&self, running: &Running) -> Result<()>;
}

/// Every service, in the order in which they are told.
fn all() -> Vec<Box<dyn Service>> {
    vec![
        Box::new(postgres::Postgres::for_tests()),
        Box::new(kafka::Kafka),
        Box::new(oidc::Oidc),
        Box::new(smtp::Smtp::open()),
        Box::new(smtp::Smtp::secure()),
        Box::new(browser::Browser),
        Box::new(postgres::Postgres::for_measuring()),
    ]
}

/// Starts the named services (none: those that tests use) and leaves them running.
///
/// # Errors
/// When a name is unknown or a service cannot be had.
pub(crate) fn up(names: &[String]) -> Result<()> {
    let (given, wanted): (Vec<_>, Vec<_>) = chosen(names, |service| service.variable().is_some())?
        .into_iter()
        .partition(|service| from_environment(&**service).is_some());
    for service in &given {
        let variable = variable_name(&**service);
        say(&format!("{variable} is set: nothing to start"));
    }
    let mut first_error = Ok(());
    for (service, outcome) in wanted.iter().zip(ensure_all(&wanted, true)?) {
        match outcome {
            Ok(running) => print(&format!("{} is up at {}", service.name(), running.url)),
            // One that cannot be had must not hide what became of the others.
            Err(error) if first_error.is_ok() => first_error = Err(error),
            Err(error) => say(&error.to_string()),
        }
    }
    first_error
}

/// Stops the named services (none: all) and removes their data.
///
/// # Errors
/// When a name is unknown or a service cannot be stopped.
pub(crate) fn down(names: &[String]) -> Result<()> {
    let _turn = lease::turn()?;
    for service in chosen(names, |_| true)? {
        let was_there = stop(&*service)?;
        print(&format!(
            "{} is {}",
            service.name(),
            if was_there { "stopped" } else { "down" }
        ));
    }
    write_environment()
}

/// Tells what runs, having asked it.
///
/// # Errors
/// When a name is unknown or a state file is damaged.
pub(crate) fn status(names: &[String]) -> Result<()> {
    let _turn = lease::turn()?;
    for service in chosen(names, |_| true)? {
        let line = match (from_environment(&*service), state::read(service.name())?) {
            (Some(_), _) => format!("given by {}", variable_name(&*service)),
            (None, None) => "down".to_owned(),
            (None, Some(running)) if service.answers(&running) => format!("up at {}", running.url),
            (None, Some(_)) => "dead: was started, but does not answer".to_owned(),
        };
        print(&format!("{:<16}{line}", service.name()));
    }
    Ok(())
}

/// The address of a service, started when it does not run; the caller's [`crate::guard::Guard`] gives it back.
///
/// # Errors
/// When the service cannot be had here.
pub(crate) fn acquire(name: &str) -> Result<String> {
    let service = named(name)?;
    if let Some(url) = from_environment(&*service) {
        say(&format!("{name}: using {}", variable_name(&*service)));
        return Ok(url);
    }
    let outcome = ensure_all(&[service], false)?.pop();
    outcome
        .unwrap_or_else(|| Err(Error::said(format!("{name} was not started"))))
        .map(|running| running.url)
}

/// Stops what runs and is not kept by `services up`. The caller holds the turn.
fn stop_unkept() -> Result<()> {
    for service in all() {
        if state::read(service.name())?.is_some_and(|running| !running.kept) {
            say(&format!("stopping {}", service.name()));
            stop(&*service)?;
        }
    }
    write_environment()
}

/// Starts those that do not run, side by side: Java takes its time. The outcomes are in the order of the services.
fn ensure_all(services: &[Box<dyn Service>], keep: bool) -> Result<Vec<Result<Running>>> {
    let _turn = lease::turn()?;
    let outcomes = thread::scope(|scope| {
        let starts: Vec<_> = services
            .iter()
            .map(|service| scope.spawn(move || ensure(&**service, keep)))
            .collect();
        starts
            .into_iter()
            .map(|start| {
                start
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    });
    write_environment()?;
    Ok(outcomes)
}

fn ensure(service: &dyn Service, keep: bool) -> Result<Running> {
    if let Some(mut running) = state::read(service.name())? {
        if service.answers(&running) {
            say(&format!("{} already runs", service.name()));
            running.kept |= keep;
            state::write(service.name(), &running)?;
            return Ok(running);
        }
        say(&format!(
            "{} was started but does not answer: starting it anew",
            service.name()
        ));
        stop(service)?;
    }
    start(service, keep).inspect_err(|_| {
        // The reason for the failure is more useful than a second one from cleaning up.
        let _ = stop(service);
    })
}

fn start(service: &dyn Service, keep: bool) -> Result<Running> {
    let mut running = service.start(&mut |running| state::write(service.name(), running))?;
    running.kept = keep;
    state::write(service.name(), &running)?;
    Ok(running)
}

/// Stops a service if it was started; true when it was.
fn stop(service: &dyn Service) -> Result<bool> {
    let Some(running) = state::read(service.name())? else {
        return Ok(false);
    };
    service.stop(&running)?;
    state::remove(service.name())?;
    Ok(true)
}

/// The caller holds the turn.
fn write_environment() -> Result<()> {
    let mut lines = String::new();
    for service in all() {
        if let Some(running) = state::read(service.name())? {
            for (name, value) in variables(&*service, &running) {
                lines.push_str(&format!("{name}={value}\n"));
            }
        }
    }
    state::write_environment(&lines)
}

/// What tests are told of a running service; nothing of one that is not for tests, or has no address yet.
fn variables(service: &dyn Service, running: &Running) -> Vec<(String, String)> {
    let Some(variable) = service.variable().filter(|_| !running.url.is_empty()) else {
        return Vec::new();
    };
    let further = running.further.clone();
    std::iter::once((variable.to_owned(), running.url.clone()))
        .chain(further)
        .collect()
}

fn chosen(names: &[String], default: fn(&dyn Service) -> bool) -> Result<Vec<Box<dyn Service>>> {
    if names.is_empty() {
        return Ok(all()
            .into_iter()
            .filter(|service| default(&**service))
            .collect());
    }
    names.iter().map(|name| named(name)).collect()
}

fn named(name: &str) -> Result<Box<dyn Service>> {
    all()
        .into_iter()
        .find(|service| service.name() == name)
        .ok_or_else(|| {
            let known: Vec<_> = all().iter().map(|service| service.name()).collect();
            Error::said(format!(
                "there is no service `{name}`; there are: {}",
                known.join(", ")
            ))
        })
}

fn variable_name(service: &dyn Service) -> &'static str {
    service.variable().unwrap_or_default()
}

fn from_environment(service: &dyn Service) -> Option<String> {
    service.variable().and_then(crate::environment::process_var)
}
