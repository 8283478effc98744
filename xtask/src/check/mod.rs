//! `cargo xtask check`: everything that continuous integration runs, part by part.

mod asyncapi;
pub(crate) mod boundaries;
mod capabilities;
mod clients;
mod commands;
mod contract;
mod deploy;
mod docs;
mod drift;
mod generated;
mod lints;
mod migrations;
mod openapi;
mod queries;
mod tidy;

use std::time::{Duration, Instant};

use clap::builder::PossibleValuesParser;

use crate::error::{Error, Result};
use crate::terminal::{print, say};

/// What `cargo xtask check` accepts.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Run these parts and no others; see --list
    #[arg(long, value_name = "PART", num_args = 1.., value_delimiter = ',',
        value_parser = PossibleValuesParser::new(PARTS.into_iter().map(|part| part.name)))]
    only: Vec<String>,
    /// List the parts
    #[arg(long)]
    list: bool,
}

/// One part of the check.
struct Part {
    name: &'static str,
    /// A sentence for `--list`.
    about: &'static str,
    run: fn() -> Result<()>,
}

/// All parts, in the order in which they run: what is quick to tell comes first.
const PARTS: [Part; 18] = [
    Part {
        name: "fmt",
        about: "The code is formatted by rustfmt.",
        run: lints::fmt,
    },
    Part {
        name: "clippy",
        about: "Clippy and the compiler have no warning.",
        run: lints::clippy,
    },
    Part {
        name: "boundaries",
        about: "No crate depends on one that its floor does not allow.",
        run: boundaries::run,
    },
    Part {
        name: "graph",
        about: "docs/architecture.svg shows the crates as they are.",
        run: drift::graph,
    },
    Part {
        name: "tidy",
        about: "The house rules hold that no compiler knows: sizes, names, layers, documents.",
        run: tidy::run,
    },
    Part {
        name: "capabilities",
        about: "Every test named in tests/capabilities.md exists.",
        run: capabilities::run,
    },
    Part {
        name: "openapi",
        about: "docs/openapi.json is what the application serves, and breaks no client undeclared.",
        run: openapi::run,
    },
    Part {
        name: "asyncapi",
        about: "docs/asyncapi.json is what the application publishes, valid, and breaks no reader.",
        run: asyncapi::run,
    },
    Part {
        name: "env",
        about: ".env.example lists the settings that the application reads.",
        run: drift::env_example,
    },
    Part {
        name: "migrations",
        about: "Migrations make the tables of the entities, can be undone, and none that is on main changed.",
        run: migrations::run,
    },
    Part {
        name: "test",
        about: "All tests pass, on SQLite and PostgreSQL.",
        run: || crate::test::run(&crate::test::Options::default()),
    },
    Part {
        name: "queries",
        about: "No statement that the tests issued reads a table from end to end, unless that is declared.",
        run: queries::run,
    },
    Part {
        name: "contract",
        about: "Schemathesis finds no answer of the running binary that breaks its OpenAPI document.",
        run: contract::run,
    },
    Part {
        name: "deploy",
        about: "What is in deploy/ is valid, safe, and sets settings that there are.",
        run: deploy::run,
    },
    Part {
        name: "commands",
        about: "What the pages tell to type works, and what they name is there.",
        run: commands::run,
    },
    Part {
        name: "clients",
        about: "Generated clients are well typed, and see of the running binary what their types say.",
        run: clients::run,
    },
    Part {
        name: "docs",
        about: "The documentation builds without warning, and links between pages lead somewhere.",
        run: docs::run,
    },
    Part {
        name: "generated",
        about: "What `cargo xtask new` writes compiles, is tidy, and passes its tests.",
        run: generated::run,
    },
];

/// The part `migrations` alone.
///
/// # Errors
/// When it fails.
pub(crate) fn migrations() -> Result<()> {
    migrations::run()
}

struct Outcome {
    name: &'static str,
    result: Result<()>,
    time: Duration,
}

/// Runs the parts, all of them even if one fails, and closes with a table.
///
/// # Errors
/// When any fails.
pub(crate) fn run(options: &Options) -> Result<()> {
    if options.list {
        for part in PARTS.into_iter() {
            print(&format!("{:<14}{}", part.name, part.about));
        }
        return Ok(());
    }
    let outcomes: Vec<_> = chosen(&options.only).iter().map(run_part).collect();
    print_table(&outcomes);
    match outcomes
        .iter()
        .filter(|outcome| outcome.result.is_err())
        .count()
    {
        0 => Ok(()),
        1 => Err(Error::said("1 part of the check failed")),
        failed => Err(Error::said(format!("{failed} parts of the check failed"))),
    }
}

fn chosen(only: &[String]) -> Vec<Part> {
    if only.is_empty() {
        return PARTS.into();
    }
    PARTS
        .into_iter()
        .filter(|part| only.iter().any(|name| name == part.name))
        .collect()
}

fn run_part(part: &Part) -> Outcome {
    say(&format!("── {} ── {}", part.name, part.about));
    let start = Instant::now();
    let result = (part.run)();
    if let Err(error) = &result {
        say(&format!("{} failed: {error}", part.name));
    }
    Outcome {
        name: part.name,
        result,
        time: start.elapsed(),
    }
}

fn print_table(outcomes: &[Outcome]) {
    print("");
    for Outcome { name, result, time } in outcomes {
        let verdict = if result.is_ok() { "ok" } else { "FAILED" };
        print(&format!(
            "{name:<14}{verdict:<8}{:>8.1} s",
            time.as_secs_f64()
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_run_in_their_order_whatever_the_order_asked_for() {
        let only = ["docs".to_owned(), "fmt".to_owned()];
        let names: Vec<_> = chosen(&only).iter().map(|part| part.name).collect();
        assert_eq!(names, ["fmt", "docs"]);
        assert_eq!(chosen(&[]).len(), PARTS.len());
    }

    #[test]
    fn every_part_can_be_run_alone() {
        for part in PARTS {
            let chosen = chosen(&[part.name.to_owned()]);
            assert_eq!(chosen.len(), 1, "{} is there once", part.name);
            assert!(
                part.about.ends_with('.'),
                "{} says what it is for",
                part.name
            );
        }
    }
}
