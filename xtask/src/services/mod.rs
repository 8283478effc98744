//! The real services that development and tests need, started by ourselves on a bare machine.
//!
//! A service is one file (or folder) that implements [`Service`] and is listed in [`all`]. What runs is written to
//! `target/services/<name>.json`; `target/services/env` holds the variables that point tests to it.

mod lease;
mod postgres;
mod state;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::terminal::{print, say};

pub(crate) use lease::Lease;
pub(crate) use state::Running;

/// PostgreSQL as tests use it: fast, and nothing survives a crash.
pub(crate) const POSTGRES: &str = "postgres";
/// PostgreSQL as the benchmark measures it: with its durability on.
pub(crate) const POSTGRES_BENCH: &str = "postgres-bench";

/// A service that can be started, asked and stopped.
trait Service {
    /// Its name on the command line and of its state file.
    fn name(&self) -> &'static str;

    /// The variable that tells tests where it is; when the environment has it already, nothing is started.
    fn variable(&self) -> Option<&'static str>;

    /// Starts it and returns when it answers. `started` is called as soon as there is something to stop.
    fn start(&self, started: &mut dyn FnMut(&Running) -> Result<()>) -> Result<Running>;

    /// Whether it is alive and answers.
    fn answers(&self, running: &Running) -> bool;

    /// Stops it, whatever state it is in, and removes its data.
    fn stop(&self, running: &Running) -> Result<()>;
}

/// Every service, in the order in which they start.
fn all() -> Vec<Box<dyn Service>> {
    vec![
        Box::new(postgres::Postgres::for_tests()),
        Box::new(postgres::Postgres::for_measuring()),
    ]
}

/// Starts the named services (none: those that tests use) and leaves them running.
///
/// # Errors
/// When a name is unknown or a service cannot be had.
pub(crate) fn up(names: &[String]) -> Result<()> {
    for service in chosen(names, |service| service.variable().is_some())? {
        match from_environment(&*service) {
            Some(_) => say(&format!(
                "{} is set: nothing to start",
                variable_name(&*service)
            )),
            None => {
                let running = ensure(&*service, true)?;
                print(&format!("{} is up at {}", service.name(), running.url));
            }
        }
    }
    Ok(())
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
    Ok(())
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
    Ok(ensure(&*service, false)?.url)
}

/// Stops what runs and is not kept by `services up`. The caller holds the turn.
fn stop_unkept() -> Result<()> {
    for service in all() {
        if state::read(service.name())?.is_some_and(|running| !running.kept) {
            say(&format!("stopping {}", service.name()));
            stop(&*service)?;
        }
    }
    Ok(())
}

fn ensure(service: &dyn Service, keep: bool) -> Result<Running> {
    let _turn = lease::turn()?;
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
    write_environment()?;
    Ok(running)
}

/// Stops a service if it was started; true when it was.
fn stop(service: &dyn Service) -> Result<bool> {
    let Some(running) = state::read(service.name())? else {
        return Ok(false);
    };
    service.stop(&running)?;
    state::remove(service.name())?;
    write_environment()?;
    Ok(true)
}

fn write_environment() -> Result<()> {
    let mut lines = String::new();
    for service in all() {
        if let (Some(variable), Some(running)) = (service.variable(), state::read(service.name())?)
        {
            lines.push_str(&format!("{variable}={}\n", running.url));
        }
    }
    state::write_environment(&lines)
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

/// A TCP port that nobody listens on now.
fn free_port() -> Result<u16> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| Error::said(format!("no free port on 127.0.0.1: {error}")))
}

/// Whether something accepts connections on this port.
fn port_answers(port: u16) -> bool {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    TcpStream::connect_timeout(&address, Duration::from_secs(2)).is_ok()
}
