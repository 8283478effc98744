//! The benchmark: a load generator, three yardsticks, and the report.
//!
#![doc = include_str!("../README.md")]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the tables are the program's output, the progress its courtesy"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "it stands on nothing of core: it makes its own ids, and sleeps on threads of its own"
)]

mod database;
mod error;
mod load;
mod procfs;
mod report;

mod run;
mod scenario;
mod server;
mod yardstick;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The allocator of the release binary too, so that no yardstick wins or loses by `malloc`.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Measures an Ashlar binary beside servers that do the same work with less in between.
#[derive(Parser)]
#[command(name = "ashlar-bench")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Seed a database, drive every server, print the tables
    Run(run::RunArgs),
    /// Yardstick: actix-web and raw sqlx, as one would write it by hand
    ServeByHand(yardstick::ServeArgs),
    /// Yardstick: actix-web and one pipelined tokio-postgres connection per worker
    ServeLimit(yardstick::ServeArgs),
    /// Yardstick: actix-web alone, answering the live check with a given body
    ServeBare(yardstick::BareArgs),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::ServeByHand(args) => yardstick::by_hand::serve(&args),
        Command::ServeLimit(args) => yardstick::limit::serve(&args),
        Command::ServeBare(args) => yardstick::bare::serve(args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ashlar-bench: {}", error::chain(&error));
            ExitCode::FAILURE
        }
    }
}
