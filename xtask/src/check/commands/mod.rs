//! Part `commands`: what the pages tell to type works. Shell blocks are run, each page's in one shell and an empty
//! folder; those that cannot be run here say why, and like the commands in the text are held against what there is.

mod known;
mod page;
mod session;
mod shell;

use std::path::PathBuf;

use crate::application;
use crate::error::{Error, Result};
use crate::terminal::say;
use crate::workspace;
use known::Known;
use page::{Block, Page};

/// What is told of a block that would be run.
const IN_THE_TREE: &str =
    "`cargo xtask` works in the tree, which a check leaves alone: `not run`, and why";

/// Reads all pages, and runs what they tell to run.
pub(super) fn run() -> Result<()> {
    let binary = application::build()?;
    let known = Known::new(binary.clone())?;
    let sources = Sources::read()?;
    let mut faulty = Vec::new();
    let mut scripts = Vec::new();
    for (path, text) in sources.pages() {
        let page = Page::read(text);
        let told = faults(&page, &known, &sources);
        faulty.extend(
            told.into_iter()
                .map(|(line, fault)| format!("{path}:{line}: {fault}")),
        );
        let script = script(&page);
        if !script.is_empty() {
            scripts.push((path, script));
        }
    }
    // A page that is wrong is not typed: who knows what it does.
    Error::from_findings(faulty)?;
    let mut findings = Vec::new();
    for (path, script) in scripts {
        say(&format!("running what {path} says"));
        if let Err(error) = session::run(path, &script, &binary) {
            findings.push(error.to_string());
        }
    }
    Error::from_findings(findings)
}

/// The blocks of a page that are run, one after the other.
fn script(page: &Page) -> String {
    let is_run = |block: &&Block| block.excuse.is_none();
    page.blocks
        .iter()
        .filter(is_run)
        .map(|block| block.code.as_str())
        .collect()
}

/// What is wrong on a page, with the line.
fn faults(page: &Page, known: &Known, sources: &Sources) -> Vec<(usize, String)> {
    let mut faults: Vec<_> = page
        .faults
        .iter()
        .map(|(line, fault)| (*line, (*fault).to_owned()))
        .collect();
    let commands: Vec<_> = (page.blocks.iter())
        .map(|block| shell::commands(&block.code))
        .collect();
    let xtask = ["cargo", "xtask"].map(str::to_owned);
    let known = known.after(commands.iter().flatten().map(Vec::as_slice));
    for (block, commands) in page.blocks.iter().zip(&commands) {
        let Some(excuse) = &block.excuse else {
            let works = commands.iter().any(|words| words.starts_with(&xtask));
            faults.extend(works.then(|| (block.line, IN_THE_TREE.to_owned())));
            continue;
        };
        let told = commands.iter().filter_map(|words| known.problem(words));
        let untested = sources.missing_test(excuse);
        faults.extend(told.chain(untested).map(|fault| (block.line, fault)));
    }
    for mention in &page.mentions {
        let told = known.problem_of_mention(&mention.code);
        faults.extend(told.map(|fault| (mention.line, fault)));
    }
    faults.sort();
    faults
}

/// The project's pages and code, with their paths.
struct Sources(Vec<(String, String)>);

impl Sources {
    fn read() -> Result<Self> {
        let is_read = |path: &PathBuf| path.extension().is_some_and(|e| e == "md" || e == "rs");
        let files = workspace::files()?.into_iter().filter(is_read);
        let read = |path: PathBuf| Ok((workspace::relative(&path), workspace::read(&path)?));
        Ok(Self(files.map(read).collect::<Result<_>>()?))
    }

    fn pages(&self) -> impl Iterator<Item = (&str, &str)> {
        let pages = self.0.iter().filter(|(path, _)| path.ends_with(".md"));
        pages.map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The first test that an excuse names, as `<crate>::<module>::<test>` between backticks, and that is not there.
    fn missing_test(&self, excuse: &str) -> Option<String> {
        let spans = excuse.split('`').skip(1).step_by(2);
        let is_there = |test: &str| {
            let name = test.rsplit("::").next().unwrap_or(test);
            let function = format!("fn {name}(");
            self.0
                .iter()
                .any(|(path, text)| path.ends_with(".rs") && text.contains(&function))
        };
        spans
            .filter(|span| span.contains("::"))
            .find(|test| !is_there(test))
            .map(|test| format!("there is no test `{test}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excuse_names_tests_that_are_there() {
        let sources = Sources(vec![("a.rs".into(), "fn it_works() {}".into())]);
        assert_eq!(sources.missing_test("`a::b::it_works` runs it"), None);
        assert_eq!(sources.missing_test("`it` takes minutes"), None);
        assert!(sources.missing_test("`a::b::it_runs` runs it").is_some());
    }

    #[test]
    fn what_is_not_run_is_left_out_of_the_script() {
        let page =
            Page::read("```sh\na\n```\n<!-- not run: why -->\n```sh\nb\n```\n```sh\nc\n```\n");
        assert_eq!(script(&page), "a\nc\n");
    }
}
