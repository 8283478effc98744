//! What an event costs from the outbox to its handler, and how soon it is there: `cargo xtask bench
//! events`. `docs/performance.md` tells what came of it.
//!
//! With `--quick` there are fewer events, and one round. The half about Kafka needs the feature
//! `kafka`, and a broker at `TEST_KAFKA_BROKERS`.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark ends at the first error, and prints what it measured"
)]

mod engine;
mod handled;
mod latency;
mod throughput;

use std::{process::ExitCode, time::Duration};

use ashlar_testkit::{
    Backend,
    measure::{self, Figures},
};

use engine::Via;
use handled::Handled;

/// The allocator of the binary.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The databases, and what their figures are called by.
const DATABASES: [(Backend, &str); 2] = [
    (Backend::Sqlite, "SQLite"),
    (Backend::Postgres, "PostgreSQL"),
];

/// How many entities events are about, if it is not said otherwise: each comes again soon.
const ENTITIES: usize = 1_000;

/// How much is measured.
struct Effort {
    rounds: usize,
    /// Events of a round.
    events: usize,
    /// For how long events come at a steady rate.
    steady: Duration,
}

fn main() -> ExitCode {
    // Cargo says `--bench` by itself.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let effort = match &arguments[..] {
        [] => Effort {
            rounds: 3,
            events: 20_000,
            steady: Duration::from_secs(10),
        },
        [quick] if quick == "--quick" => Effort {
            rounds: 1,
            events: 5_000,
            steady: Duration::from_secs(4),
        },
        _ => {
            eprintln!("there is no such argument; there is --quick");
            return ExitCode::FAILURE;
        }
    };
    run(&effort);
    ExitCode::SUCCESS
}

fn run(effort: &Effort) {
    let handled = Handled::listen();
    let before = measure::load();
    let mut figures = Figures::default();
    for &via in Via::ALL {
        throughput::measure(effort, &handled, via, &mut figures);
        latency::measure(effort, &handled, via, &mut figures);
    }
    println!("### Events\n\n{}", measure::setting());
    println!(
        "- Load of the machine before: {before}; after: {}.",
        measure::load()
    );
    println!("\n{figures}");
}
