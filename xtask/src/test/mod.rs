//! `cargo xtask test`: the whole suite on SQLite and PostgreSQL, with the services that it needs.

pub(crate) mod listing;
mod tally;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use crate::environment;
use crate::error::{Error, Result};
use crate::guard::Guard;
use crate::process;
use crate::recording::{self, Recording};
use crate::services::{self, Presence, Supply};
use crate::terminal::{self, print};
use tally::Tally;

const SQLITE_ONLY: &str = "--sqlite-only";

/// What `cargo xtask test` accepts.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Leave out the tests that need PostgreSQL or another service; none is started
    #[arg(long)]
    sqlite_only: bool,
    /// Passed on to `cargo test`, e.g. `-p ashlar-projects` or a part of a test's name
    #[arg(value_name = "CARGO TEST ARGS", allow_hyphen_values = true)]
    cargo: Vec<String>,
    /// Passed on to each test binary, e.g. `-- --nocapture`
    #[arg(value_name = "TEST ARGS", last = true)]
    binary: Vec<String>,
}

impl Options {
    /// Clap hands over everything after the first argument for Cargo, our own flag as well.
    fn is_sqlite_only(&self) -> bool {
        self.sqlite_only || self.cargo.iter().any(|arg| arg == SQLITE_ONLY)
    }

    fn cargo_args(&self) -> impl Iterator<Item = &String> {
        self.cargo.iter().filter(|arg| *arg != SQLITE_ONLY)
    }

    /// Whether these are all tests.
    fn is_whole(&self) -> bool {
        !self.sqlite_only && self.cargo.is_empty() && self.binary.is_empty()
    }

    /// Whether a test of those that are selected needs the service of which names have this mark; without names, of all tests.
    fn needs(&self, mark: &str, names: Option<&[String]>) -> bool {
        let is_in = |names: &[String]| names.iter().any(|name| name.contains(mark));
        !self.is_sqlite_only() && names.is_none_or(is_in)
    }

    /// Whether packages are chosen, so that `--workspace` is not meant.
    fn names_packages(&self) -> bool {
        self.cargo_args().any(|arg| {
            arg.starts_with("--package") || (arg.starts_with("-p") && !arg.starts_with("--"))
        })
    }
}

/// Starts what is needed, runs the tests, stops what was started, and sums up.
///
/// # Errors
/// When a test fails or does not compile, or when `CI` is set and a service cannot be had.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut guard = Guard::start()?;
    // All of them need every service; which some need, their names tell.
    let mut names = match options.is_whole() {
        true => None,
        false => Some(listed(options)?),
    };
    let supplies = services::supplies(|mark| options.needs(mark, names.as_deref()))?;
    if names.is_none() && left_out(&supplies).count() > 0 {
        names = Some(listed(options)?);
    }
    let mut skipped = names.unwrap_or_default();
    skipped.retain(|name| left_out(&supplies).any(|mark| name.contains(mark)));
    let recording = match options.is_whole() && has_postgres(&supplies) {
        true => Some(Recording::of_target().begin()?),
        false => None,
    };
    let folder = recording.as_ref().map(recording::Begun::folder);
    let (status, tally) = run_cargo_test(&mut guard, options, &supplies, folder)?;
    guard.release();
    conclude(&supplies, status, tally, skipped)?;
    recording.map_or(Ok(()), recording::Begun::finish)
}

fn has_postgres(supplies: &[Supply]) -> bool {
    supplies
        .iter()
        .any(|supply| supply.mark == "::postgres" && matches!(supply.presence, Presence::There(_)))
}

/// What the names contain of tests that do not run, for want of a service.
fn left_out(supplies: &[Supply]) -> impl Iterator<Item = &'static str> {
    supplies
        .iter()
        .filter(|supply| !matches!(supply.presence, Presence::There(_)))
        .map(|supply| supply.mark)
}

/// Runs the suite with its output shown and counted; it records its statements in `recording`.
fn run_cargo_test(
    guard: &mut Guard,
    options: &Options,
    supplies: &[Supply],
    recording: Option<&Path>,
) -> Result<(ExitStatus, Tally)> {
    let mut command = cargo_test(options);
    // One crate's failure must not hide another's.
    command
        .arg("--no-fail-fast")
        .arg("--")
        .args(&options.binary);
    for supply in supplies {
        if let Presence::There(variables) = &supply.presence {
            command.envs(variables.iter().map(|(name, value)| (name, value)));
        }
    }
    if let Some(folder) = recording {
        command.env(recording::VARIABLE, folder);
    }
    for mark in left_out(supplies) {
        command.args(["--skip", mark]);
    }
    if terminal::is_watched() {
        // Our pipe between them and the terminal would take the colours.
        command
            .args(["--color", "always"])
            .env("CARGO_TERM_COLOR", "always");
    }
    let mut child = guard.spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let mut tally = Tally::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout)
            .split(b'\n')
            .map_while(std::io::Result::ok)
        {
            let line = String::from_utf8_lossy(&line);
            tally.note(&line);
            print(&line);
        }
    }
    let status = child.wait().map_err(process::not_started(&command))?;
    guard.forget(&child);
    Ok((status, tally))
}

/// Tells what was skipped and why, and ends with the total.
fn conclude(
    supplies: &[Supply],
    status: ExitStatus,
    mut tally: Tally,
    skipped: Vec<String>,
) -> Result<()> {
    print("");
    tally.skipped.extend(skipped);
    for test in &tally.skipped {
        print(&format!("skipped: {test}"));
    }
    let missing: Vec<_> = supplies
        .iter()
        .filter_map(|supply| match &supply.presence {
            Presence::Missing(why) => Some(why.to_string()),
            Presence::There(_) | Presence::Unwanted => None,
        })
        .collect();
    for why in &missing {
        print(why);
    }
    if !status.success() && tally.failed == 0 {
        print("cargo test failed without a failed test: something did not compile, or crashed");
        tally.failed = 1;
    }
    print(&tally.to_string());
    if !status.success() {
        return Err(Error::said(format!("the tests failed ({status})")));
    }
    if tally.found_none() {
        return Err(Error::said("there is no test of that name"));
    }
    if !missing.is_empty() && environment::is_ci() {
        return Err(Error::said("CI is set, and no test may be skipped there"));
    }
    Ok(())
}

/// The names of the tests that these options select.
fn listed(options: &Options) -> Result<Vec<String>> {
    let mut command = cargo_test(options);
    command.arg("--").args(&options.binary).arg("--list");
    let list = process::stdout_of(&mut command).inspect_err(|_| {
        // They do not compile.
        let tally = Tally {
            failed: 1,
            ..Tally::default()
        };
        print(&tally.to_string());
    })?;
    Ok(listing::names(&list).map(str::to_owned).collect())
}

fn cargo_test(options: &Options) -> Command {
    let mut command = process::cargo(["test"]);
    if !options.names_packages() {
        command.arg("--workspace");
    }
    command.args(options.cargo_args());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(cargo: &[&str]) -> Options {
        let cargo = cargo.iter().map(|&arg| arg.to_owned()).collect();
        Options {
            cargo,
            ..Options::default()
        }
    }

    #[test]
    fn packages_may_be_chosen_in_every_form_of_cargo() {
        for args in [
            &["-p", "ashlar-core"][..],
            &["-pashlar-core"],
            &["--package=ashlar-core"],
        ] {
            assert!(options(args).names_packages(), "{args:?}");
        }
        assert!(!options(&["--profile", "create"]).names_packages());
    }

    #[test]
    fn only_what_the_tests_are_named_after_is_needed() {
        let names = ["create::ok::sqlite", "create::ok::postgres"].map(str::to_owned);
        let some = options(&["-p", "ashlar-core"]);
        assert!(some.needs("::postgres", Some(&names)));
        assert!(!some.needs("kafka::", Some(&names)));
        assert!(options(&[]).needs("kafka::", None), "all tests are run");
        let on_sqlite = options(&["--sqlite-only"]);
        assert!(!on_sqlite.needs("::postgres", Some(&names)));
    }

    #[test]
    fn our_flag_is_ours_wherever_it_stands() {
        let options = options(&["-p", "ashlar-core", "--sqlite-only", "create"]);
        assert!(options.is_sqlite_only());
        assert_eq!(
            options.cargo_args().collect::<Vec<_>>(),
            ["-p", "ashlar-core", "create"]
        );
    }
}
