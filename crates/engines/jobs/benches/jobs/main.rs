//! What a job costs, and how soon one starts: `cargo xtask bench jobs`. `docs/performance.md` tells
//! what came of it.
//!
//! With `--quick` there are fewer jobs, and one round.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark ends at the first error, and prints what it measured"
)]

mod finished;
mod throughput;
mod wake;
mod worker;

use std::process::ExitCode;

use ashlar_testkit::{
    Backend,
    measure::{self, Figures},
};

/// The allocator of the binary.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The databases, and what their figures are called by.
const DATABASES: [(Backend, &str); 2] = [
    (Backend::Sqlite, "SQLite"),
    (Backend::Postgres, "PostgreSQL"),
];

/// How much is measured.
struct Effort {
    rounds: usize,
    /// Jobs of a round.
    jobs: usize,
    /// Finished jobs that are to cost nothing.
    finished: usize,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Cargo says `--bench` by itself.
    let arguments: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| *argument != "--bench")
        .collect();
    match arguments[..] {
        [] => run(&Effort {
            rounds: 3,
            jobs: 20_000,
            finished: 1_000_000,
        }),
        ["--quick"] => run(&Effort {
            rounds: 1,
            jobs: 5_000,
            finished: 100_000,
        }),
        [wake::ENQUEUE, url] => wake::enqueue_from_here(url),
        _ => {
            eprintln!("there is no such argument; there is --quick");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn run(effort: &Effort) {
    let before = measure::load();
    let mut figures = Figures::default();
    throughput::measure(effort, &mut figures);
    wake::measure(effort, &mut figures);
    finished::measure(effort, &mut figures);
    println!("### Jobs\n\n{}", measure::setting());
    println!(
        "- Load of the machine before: {before}; after: {}.",
        measure::load()
    );
    println!("\n{figures}");
}
