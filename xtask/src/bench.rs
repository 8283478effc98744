//! `cargo xtask bench`: release builds against services made for measuring.

use std::path::Path;
use std::process::Command;

use crate::error::{Error, Result};
use crate::guard::Guard;
use crate::process;
use crate::services::{self, KAFKA, POSTGRES_BENCH};
use crate::terminal::say;
use crate::workspace;

/// The argument that every benchmark understands.
const QUICK: &str = "--quick";

/// What `cargo xtask bench` accepts.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Which: http, jobs, events (none: http); then `--quick` for a shorter run, and for http alone what else
    /// `ashlar-bench run` takes, e.g. `--write docs/performance.md`
    #[arg(
        value_name = "NAMES AND ARGS",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    args: Vec<String>,
}

/// Builds what is to be measured, measures one after the other, and stops what it started.
///
/// # Errors
/// When an argument is unknown, something does not compile, a service cannot be had, or a benchmark fails.
pub(crate) fn run(options: &Options) -> Result<()> {
    let (benches, args) = chosen(&options.args)?;
    say("building with the release profile");
    for bench in &benches {
        process::run(&mut bench.build())?;
    }
    let mut guard = Guard::start()?;
    let postgres = services::acquire(POSTGRES_BENCH)?;
    for bench in &benches {
        let mut command = bench.command(&postgres, args)?;
        let mut child = guard.spawn(command.current_dir(workspace::root()))?;
        let status = child.wait().map_err(process::not_started(&command))?;
        guard.forget(&child);
        process::check(&command, status)?;
    }
    guard.release();
    Ok(())
}

/// Something that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bench {
    /// The release binary beside its yardsticks.
    Http,
    /// The engine of jobs.
    Jobs,
    /// The engine of events, with both brokers.
    Events,
}

impl Bench {
    const ALL: [Self; 3] = [Self::Http, Self::Jobs, Self::Events];

    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Jobs => "jobs",
            Self::Events => "events",
        }
    }

    fn build(self) -> Command {
        match self {
            Self::Http => {
                process::cargo(["build", "--release", "--bin=ashlar", "--bin=ashlar-bench"])
            }
            Self::Jobs | Self::Events => {
                let mut command = self.cargo_bench();
                command.arg("--no-run");
                command
            }
        }
    }

    /// What measures, with the services that it needs.
    fn command(self, postgres: &str, args: &[String]) -> Result<Command> {
        let mut command = match self {
            Self::Http => against_yardsticks(&workspace::target().join("release"), postgres),
            Self::Jobs | Self::Events => {
                let mut command = self.cargo_bench();
                command.arg("--").env("TEST_DATABASE_URL", postgres);
                command
            }
        };
        if self == Self::Events {
            command.env("TEST_KAFKA_BROKERS", services::acquire(KAFKA)?);
        }
        command.args(args);
        Ok(command)
    }

    /// Cargo with the engine's own benchmark.
    fn cargo_bench(self) -> Command {
        let (package, features) = match self {
            Self::Events => ("--package=ashlar-events", Some("--features=kafka")),
            Self::Jobs | Self::Http => ("--package=ashlar-jobs", None),
        };
        let mut command = process::cargo(["bench", "--quiet", package, "--bench", self.name()]);
        command.args(features);
        command
    }
}

fn against_yardsticks(binaries: &Path, postgres: &str) -> Command {
    let mut command = Command::new(binaries.join("ashlar-bench"));
    command
        .arg("run")
        .arg("--ashlar")
        .arg(binaries.join("ashlar"))
        .args(["--postgres", postgres]);
    command
}

/// The benchmarks that are named, each once, or that of HTTP; and the arguments to pass on.
///
/// # Errors
/// When a name is unknown, or one of the benchmarks does not understand an argument.
fn chosen(args: &[String]) -> Result<(Vec<Bench>, &[String])> {
    let names = args
        .iter()
        .take_while(|argument| !argument.starts_with('-'))
        .count();
    let (names, args) = args.split_at(names);
    let mut benches = Vec::new();
    for name in names {
        let bench = named(name)?;
        if !benches.contains(&bench) {
            benches.push(bench);
        }
    }
    if benches.is_empty() {
        benches.push(Bench::Http);
    }
    let unknown = args.iter().find(|argument| *argument != QUICK);
    let engine = benches.iter().find(|bench| **bench != Bench::Http);
    match (unknown, engine) {
        // Before anything is built, rather than after the first has been measured.
        (Some(argument), Some(engine)) => Err(Error::said(format!(
            "the benchmark `{}` does not understand `{argument}`; it knows {QUICK}",
            engine.name()
        ))),
        _ => Ok((benches, args)),
    }
}

fn named(name: &str) -> Result<Bench> {
    let bench = Bench::ALL.into_iter().find(|bench| bench.name() == name);
    bench.ok_or_else(|| {
        let known = Bench::ALL.map(Bench::name).join(", ");
        Error::said(format!(
            "there is no benchmark `{name}`; there are: {known}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    /// What is chosen, and what is passed on; or the error.
    fn choose(line: &str) -> std::result::Result<(Vec<Bench>, String), String> {
        let args = words(line);
        let (benches, rest) = chosen(&args).map_err(|error| error.to_string())?;
        Ok((benches, rest.join(" ")))
    }

    #[test]
    fn without_names_http_is_measured_with_whatever_it_takes() {
        let http = |args: &str| Ok((vec![Bench::Http], args.to_owned()));
        assert_eq!(choose(""), http(""));
        assert_eq!(choose("--quick"), http("--quick"));
        assert_eq!(
            choose("--write a.md --rows 5"),
            http("--write a.md --rows 5")
        );
        assert_eq!(choose("http --write a.md"), http("--write a.md"));
    }

    #[test]
    fn names_choose_in_their_order_and_once() {
        let expected = (vec![Bench::Events, Bench::Jobs], "--quick".to_owned());
        assert_eq!(choose("events jobs events --quick"), Ok(expected));
    }

    #[test]
    fn what_nobody_understands_is_refused_before_anything_is_built() {
        let error = choose("jobs mail").unwrap_err();
        assert!(
            error.contains("`mail`") && error.contains("http, jobs, events"),
            "{error}"
        );
        let error = choose("http events --write a.md").unwrap_err();
        assert!(
            error.contains("`events`") && error.contains("`--write`"),
            "{error}"
        );
    }

    #[test]
    fn engines_are_measured_by_their_own_benchmarks() {
        let line = |bench: Bench| {
            let args = bench.build();
            let args: Vec<_> = args
                .get_args()
                .map(|word| word.to_string_lossy().into_owned())
                .collect();
            args.join(" ")
        };
        assert_eq!(
            line(Bench::Jobs),
            "bench --quiet --package=ashlar-jobs --bench jobs --no-run"
        );
        assert_eq!(
            line(Bench::Events),
            "bench --quiet --package=ashlar-events --bench events --features=kafka --no-run"
        );
        assert!(line(Bench::Http).contains("--bin=ashlar-bench"));
    }
}
