//! The workshop: `cargo xtask <command>` for migrations, services, tests and checks.
//!
//! Small and quick to build. Heavy work is in binaries that it calls.

#![expect(
    clippy::disallowed_methods,
    reason = "a command-line tool reads variables by itself, and waits on its only thread"
)]

mod application;
mod bench;
mod changes;
mod check;
mod clients;
mod debian;
mod dev;
mod environment;
mod error;
mod graph;
mod guard;
mod history;
mod http;
mod json_schema;
mod migrate;
mod new;
mod npm;
mod openapi;
mod process;
mod pypi;
mod recording;
mod seed;
mod server;
mod services;
mod table;
mod terminal;
mod test;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use error::Result;

/// Ashlar's workshop.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve, and build and restart on each change; Ctrl-C ends it
    Dev,
    /// Run all tests on SQLite and PostgreSQL, with the services that they need
    Test(test::Options),
    /// Run what continuous integration runs
    Check(check::Options),
    /// Write a domain, or an entity, a job or an event of one
    New(new::Options),
    /// Write, apply, revert and show migrations
    #[command(subcommand)]
    Migrate(migrate::Migrate),
    /// Fill a development database with believable data; a second time adds nothing
    Seed,
    /// Start and stop the services that tests need
    #[command(subcommand)]
    Services(Services),
    /// Write docs/openapi.json anew, or tell what changed in it
    Openapi(openapi::Options),
    /// Write docs/asyncapi.json anew
    Asyncapi,
    /// Write clients of the API in TypeScript and Python
    Clients(clients::Options),
    /// Draw docs/architecture.svg anew: the crates, and who uses whom
    Graph,
    /// Make a certificate for development in certs/
    Certs,
    /// Measure: http (the release binary against its yardsticks), jobs, events
    Bench(bench::Options),
    /// Clean up after the command at the other end of standard input
    #[command(hide = true)]
    Guard,
}

#[derive(Debug, Subcommand)]
enum Services {
    /// Start services and leave them running: plain `cargo test` finds them
    Up {
        /// Which; none: those that tests use
        names: Vec<String>,
    },
    /// Stop services and remove their data
    Down {
        /// Which; none: all
        names: Vec<String>,
    },
    /// Show what runs
    Status {
        /// Which; none: all
        names: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(&Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<()> {
    match command {
        Command::Dev => dev::run(),
        Command::Test(options) => test::run(options),
        Command::Check(options) => check::run(options),
        Command::New(options) => new::run(options),
        Command::Migrate(command) => migrate::run(command),
        Command::Seed => seed::run(),
        Command::Services(Services::Up { names }) => services::up(names),
        Command::Services(Services::Down { names }) => services::down(names),
        Command::Services(Services::Status { names }) => services::status(names),
        Command::Openapi(options) => openapi::run(options),
        Command::Asyncapi => application::write_asyncapi(),
        Command::Clients(options) => clients::run(options),
        Command::Graph => graph::write(),
        Command::Certs => application::write_certificates(),
        Command::Bench(options) => bench::run(options),
        Command::Guard => guard::watch(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Arguments;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
