//! PostgreSQL: local programs first, then the distribution's package, then a container.

mod cluster;
mod compose;
mod programs;

use super::state::Origin;
use super::{POSTGRES, POSTGRES_BENCH, Running, Service, port_answers};
use crate::debian;
use crate::error::{Error, Result};
use crate::process;

/// A PostgreSQL server of our own.
pub(super) struct Postgres {
    name: &'static str,
    variable: Option<&'static str>,
    settings: &'static [(&'static str, &'static str)],
    may_be_container: bool,
}

impl Postgres {
    /// For tests: many connections, and no time spent on surviving a crash.
    pub(super) fn for_tests() -> Self {
        Self {
            name: POSTGRES,
            variable: Some("TEST_DATABASE_URL"),
            settings: &[
                ("fsync", "off"),
                ("synchronous_commit", "off"),
                ("full_page_writes", "off"),
                ("max_connections", "500"),
            ],
            may_be_container: true,
        }
    }

    /// For the benchmark: durable as in production, with room enough that no checkpoint falls into a measurement.
    pub(super) fn for_measuring() -> Self {
        Self {
            name: POSTGRES_BENCH,
            variable: None,
            settings: &[
                ("max_connections", "200"),
                ("shared_buffers", "1GB"),
                ("max_wal_size", "8GB"),
                ("checkpoint_timeout", "1h"),
                ("jit", "off"),
            ],
            may_be_container: false,
        }
    }
}

impl Service for Postgres {
    fn name(&self) -> &'static str {
        self.name
    }

    fn variable(&self) -> Option<&'static str> {
        self.variable
    }

    fn mark(&self) -> Option<&'static str> {
        self.variable.map(|_| "::postgres")
    }

    fn start(&self, started: &mut dyn FnMut(&Running) -> Result<()>) -> Result<Running> {
        if let Some(programs) = programs::find() {
            return cluster::start(self.name, &programs, self.settings, started);
        }
        if debian::can_install() {
            debian::install("postgresql")?;
            let programs = programs::find().ok_or_else(|| {
                Error::said("the package postgresql is installed, but has no `initdb`")
            })?;
            return cluster::start(self.name, &programs, self.settings, started);
        }
        if self.may_be_container && super::compose::has_engine() {
            return compose::start(started);
        }
        Err(Error::said(
            "PostgreSQL cannot be had: no `initdb` in PATH or /usr/lib/postgresql, not root on Debian to install it, \
             and no Docker engine; install PostgreSQL, or set TEST_DATABASE_URL to a server on which databases may \
             be created",
        ))
    }

    fn answers(&self, running: &Running) -> bool {
        let alive = match &running.origin {
            Origin::Process { pid, .. } => pid.is_some_and(|pid| process::signal("0", pid, false)),
            Origin::Compose => true,
        };
        alive && port_answers(running.port)
    }

    fn stop(&self, running: &Running) -> Result<()> {
        match &running.origin {
            Origin::Process { programs, data, .. } => cluster::stop(programs, data),
            Origin::Compose => compose::CONTAINER.stop(),
        }
    }
}
