//! Whether what a command line names is there: programs, subcommands, arguments, packages, files.

mod text;

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Parser;
use clap::error::ErrorKind;

use text::{is_name, missing_file, names, words_of_mention};

use crate::error::Result;
use crate::process;
use crate::server::Server;
use crate::workspace;

/// Programs of others that the pages speak of; what is misspelt is not among them.
const FOREIGN: [&str; 11] = [
    "cd",
    "curl",
    "docker",
    "echo",
    "git",
    "install",
    "kubectl",
    "openssl",
    "rustup",
    "sudo",
    "systemctl",
];

/// Cargo's own commands that the pages speak of; those with a package in `-p`.
const CARGO: [&str; 10] = [
    "bench", "build", "check", "clippy", "doc", "fmt", "metadata", "run", "test", "update",
];

/// In the place of what the reader is to put in; it is of use where an id is asked for, too.
const ANYTHING: &str = "00000000-0000-0000-0000-000000000000";

/// What there is.
#[derive(Clone)]
pub(super) struct Known {
    binary: PathBuf,
    packages: BTreeSet<String>,
    /// What is written in capitals: settings and codes.
    names: BTreeSet<String>,
    /// Where files may be named that are not there, since the page has them written.
    written: Vec<String>,
}

impl Known {
    pub(super) fn new(binary: PathBuf) -> Result<Self> {
        let packages = workspace::metadata()?;
        let packages = packages
            .packages
            .iter()
            .map(|package| package.name.to_string());
        Ok(Self {
            binary,
            packages: packages.collect(),
            names: names()?,
            written: Vec::new(),
        })
    }

    /// The same, with the domains that these commands write: a page that adds one goes on with it.
    pub(super) fn after<'c>(&self, commands: impl Iterator<Item = &'c [String]>) -> Self {
        let mut known = self.clone();
        for words in commands {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            if let ["cargo", "xtask", "new", "domain", name, ..] = words.as_slice() {
                known
                    .packages
                    .insert(format!("ashlar-{}", name.replace('_', "-")));
                known.written.push(format!("crates/domains/{name}"));
                known
                    .written
                    .push(format!("crates/contracts/src/{name}.rs"));
            }
        }
        known
    }

    /// What is wrong with a command as it stands.
    pub(super) fn problem(&self, words: &[String]) -> Option<String> {
        self.command(words, false)
            .or_else(|| missing_file(words, &self.written))
    }

    /// What is wrong with a command that is named in the text, where arguments may be missing; `None` also for what is no
    /// command of ours.
    pub(super) fn problem_of_mention(&self, code: &str) -> Option<String> {
        let words = words_of_mention(code);
        let is_ours = matches!(words.first().map(String::as_str), Some("cargo" | "ashlar"));
        let command = (is_ours && words.len() > 1)
            .then(|| self.command(&words, true))
            .flatten();
        command
            .or_else(|| missing_file(&words, &self.written))
            .or_else(|| self.missing_name(code))
    }

    /// A setting or a code that is not there. Those of tests are the tests' affair.
    fn missing_name(&self, code: &str) -> Option<String> {
        let name = code.split('=').next().unwrap_or_default();
        let is_missing = is_name(name) && !name.starts_with("TEST_") && !self.names.contains(name);
        is_missing.then(|| format!("there is no setting and no code `{name}`"))
    }

    fn command(&self, words: &[String], is_mention: bool) -> Option<String> {
        let words: Vec<&str> = words.iter().map(|word| filled_in(word)).collect();
        match words.as_slice() {
            ["cargo", "xtask", arguments @ ..] => {
                xtask(arguments, is_mention).or_else(|| self.cargo(arguments))
            }
            ["cargo", "run", arguments @ ..] => {
                self.cargo(arguments).or_else(|| self.run(arguments))
            }
            ["cargo", command, arguments @ ..] if CARGO.contains(command) => self.cargo(arguments),
            ["cargo", command, ..] => Some(format!("no page speaks of `cargo {command}`")),
            ["ashlar", arguments @ ..] => self.ashlar(arguments),
            [program, ..] if FOREIGN.contains(program) => None,
            [program, ..] => Some(format!("`{program}` is no program that is known here")),
            [] => None,
        }
    }

    /// The packages that Cargo is asked for.
    fn cargo(&self, arguments: &[&str]) -> Option<String> {
        let flags = arguments.iter().take_while(|word| **word != "--");
        let after_flag = flags.clone().zip(flags.skip(1));
        after_flag
            .filter(|(flag, _)| matches!(**flag, "-p" | "--package"))
            .find(|(_, package)| !self.packages.contains(**package))
            .map(|(_, package)| format!("there is no package `{package}`"))
    }

    /// What follows `cargo run --` is for the binary `ashlar`, unless another binary is named.
    fn run(&self, arguments: &[&str]) -> Option<String> {
        let mut parts = arguments.splitn(2, |word| *word == "--");
        let flags = parts.next().unwrap_or_default();
        let is_other = flags
            .iter()
            .any(|flag| matches!(*flag, "-p" | "--package" | "--bin"));
        parts
            .next()
            .filter(|_| !is_other)
            .and_then(|arguments| self.ashlar(arguments))
    }

    /// The binary knows its own arguments: `--help` after them is understood, or it tells what is not.
    fn ashlar(&self, arguments: &[&str]) -> Option<String> {
        let mut probe = Server::command(&self.binary, &workspace::target());
        let output = process::quiet(probe.args(arguments).arg("--help"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        (!output.status.success()).then(|| first_line(&said))
    }
}

fn xtask(arguments: &[&str], is_mention: bool) -> Option<String> {
    let help = is_mention.then_some("--help");
    let line = std::iter::once("cargo xtask")
        .chain(arguments.iter().copied())
        .chain(help);
    let error = crate::Arguments::try_parse_from(line).err()?;
    (error.kind() != ErrorKind::DisplayHelp).then(|| first_line(&error.to_string()))
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

/// `<what the reader puts in>` and `$VARIABLES` as a value.
fn filled_in(word: &str) -> &str {
    if word.contains(['$', '<']) {
        ANYTHING
    } else {
        word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        // Of the binary only that it refuses and accepts is asked here: `false` does the one, `true` the other.
        Known {
            binary: "/bin/true".into(),
            packages: ["ashlar-core".to_owned()].into(),
            names: ["LOG_LEVEL".to_owned()].into(),
            written: Vec::new(),
        }
    }

    #[track_caller]
    fn problem(line: &str) -> Option<String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        known().problem(&words)
    }

    #[test]
    fn a_command_that_is_not_there_is_told() {
        assert_eq!(problem("cargo xtask check --only tidy"), None);
        assert_eq!(problem("cargo xtask migrate down 2"), None);
        assert!(problem("cargo xtask chekc").is_some_and(|told| told.contains("chekc")));
        assert!(problem("cargo xtask check --nothing").is_some());
        assert!(problem("cargo xtask check --only nothing").is_some());
        assert!(
            problem("cargo xtask migrate new").is_some(),
            "arguments are missing"
        );
        assert!(problem("kubctl apply").is_some());
        assert_eq!(problem("kubectl apply"), None);
    }

    #[test]
    fn packages_and_files_have_to_be_there() {
        assert_eq!(problem("cargo test -p ashlar-core list"), None);
        assert!(problem("cargo test -p ashlar-cor").is_some());
        assert_eq!(problem("cargo test list -- -p nothing"), None);
        assert_eq!(problem("curl docs/openapi.json"), None);
        assert!(problem("curl docs/open.json").is_some());
    }

    #[test]
    fn a_domain_that_the_page_adds_is_there() {
        let new = ["cargo", "xtask", "new", "domain", "gift_cards"].map(str::to_owned);
        let after = known().after([new.as_slice()].into_iter());
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let test = words("cargo test -p ashlar-gift-cards");
        let file = words("git add crates/domains/gift_cards/src/lib.rs");
        for line in [&test, &file] {
            assert!(known().problem(line).is_some());
            assert_eq!(after.problem(line), None);
        }
        assert!(
            after
                .problem(&words("cargo test -p ashlar-gifts"))
                .is_some()
        );
    }

    #[test]
    fn the_binary_is_asked_for_its_own() {
        assert_eq!(problem("ashlar serve"), None);
        let refusing = Known {
            binary: "/bin/false".into(),
            ..known()
        };
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert!(refusing.problem(&words("ashlar serv")).is_some());
        assert!(refusing.problem(&words("cargo run -- serv")).is_some());
        for other in ["-p ashlar-core", "--bin queries"] {
            let line = format!("cargo run {other} -- x");
            assert_eq!(refusing.problem(&words(&line)), None, "{line}");
        }
    }

    #[test]
    fn a_mention_may_leave_arguments_out() {
        let problem = |code| known().problem_of_mention(code);
        for right in [
            "cargo xtask migrate new",
            "cargo xtask migrate down [n]",
            "cargo xtask …",
            "cargo xtask <command>",
            "cargo xtask migrate up|down",
            "cargo xtask migrate new <domain> <verb>_<noun>",
            "cargo",
            "let cargo = 1",
            "crates/contracts/src/<domain>.rs",
            "docs/openapi.json",
            "LOG_LEVEL=debug",
            "TEST_NOTHING",
        ] {
            assert_eq!(problem(right), None, "{right}");
        }
        for wrong in [
            "cargo xtask migrat",
            "cargo nothing",
            "docs/nothing.md",
            "LOG_LEVLE",
        ] {
            assert!(problem(wrong).is_some(), "{wrong}");
        }
    }
}
