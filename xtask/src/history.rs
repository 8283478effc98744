//! The versions of a file that main had.

use std::collections::BTreeMap;
use std::process::Command;

use crate::environment;
use crate::error::{Error, Result};
use crate::process;
use crate::terminal::say;
use crate::workspace;

/// What is told where git cannot say what main had.
const UNKNOWN: &str = "git does not know main here, or not from its beginning, so what was published before is not compared: \
    `git fetch --unshallow origin main`";

/// A version of a file.
pub(crate) struct Version {
    /// The commit, shortened.
    pub(crate) commit: String,
    pub(crate) text: String,
}

/// Every version of the file at this path below the root that main had when this branch left it, the newest first. What a
/// branch commits on its way is nobody's yet, and of one that was merged only the result counts.
///
/// # Errors
/// In CI, when git does not know all of main and cannot fetch it. Elsewhere that is said, and nothing was published.
pub(crate) fn versions(path: &str) -> Result<Vec<Version>> {
    let main = known_main()?;
    Ok(main.map_or_else(Vec::new, |main| versions_of(path, commits(&[&main], path))))
}

/// The same from the commit on that brought another file; none before there is such a commit.
///
/// # Errors
/// Like [`versions`].
pub(crate) fn versions_since(brought: &str, path: &str) -> Result<Vec<Version>> {
    let Some(main) = known_main()? else {
        return Ok(Vec::new());
    };
    let Some(first) = commits(&["--diff-filter=A", &main], brought).pop() else {
        return Ok(Vec::new());
    };
    let mut commits = commits(&[&format!("{first}..{main}")], path);
    commits.push(first);
    Ok(versions_of(path, commits))
}

/// What is said of versions, once, with the newest commit that it holds for.
pub(crate) fn said_of(versions: &[Version], say: impl Fn(&Version) -> Vec<String>) -> Vec<String> {
    let mut said: BTreeMap<String, &str> = BTreeMap::new();
    for version in versions {
        for sentence in say(version) {
            said.entry(sentence).or_insert(&version.commit);
        }
    }
    said.into_iter()
        .map(|(sentence, commit)| format!("{sentence} (published in {commit})"))
        .collect()
}

/// The text of a file as it was in a commit; `None` when it was not there.
pub(crate) fn text(commit: &str, path: &str) -> Option<String> {
    git(&["show", &format!("{commit}:./{path}")])
}

/// Where this branch left the main one, else where it stands; `None` without a repository.
pub(crate) fn base() -> Option<String> {
    fork().or_else(|| trimmed(&["rev-parse", "HEAD"]))
}

/// Where this branch left main, with all that led there.
fn known_main() -> Result<Option<String>> {
    let known = || fork().filter(|_| !is_shallow());
    if let Some(main) = known() {
        return Ok(Some(main));
    }
    if !environment::is_ci() || trimmed(&["remote", "get-url", "origin"]).is_none() {
        say(UNKNOWN);
        return Ok(None);
    }
    // Nobody reads what is said in CI, so there what is missing is fetched, or the check fails.
    let depth = is_shallow().then_some("--unshallow");
    let main = ["origin", "main:refs/remotes/origin/main"];
    git(&[&["fetch", "--quiet"], depth.as_slice(), &main].concat());
    known().map(Some).ok_or_else(|| Error::said(UNKNOWN))
}

fn fork() -> Option<String> {
    let fork = |main: &&str| trimmed(&["merge-base", "HEAD", main]);
    ["origin/HEAD", "origin/main", "main"].iter().find_map(fork)
}

fn is_shallow() -> bool {
    trimmed(&["rev-parse", "--is-shallow-repository"]).is_some_and(|text| text == "true")
}

/// The commits that changed a file, the newest first.
fn commits(which: &[&str], path: &str) -> Vec<String> {
    let log = ["log", "--first-parent", "--format=%H"];
    let commits = git(&[&log, which, &["--", path]].concat()).unwrap_or_default();
    commits.lines().map(str::to_owned).collect()
}

fn versions_of(path: &str, commits: Vec<String>) -> Vec<Version> {
    let version = |commit: String| {
        // A commit that removed the file has none.
        let text = text(&commit, path)?;
        let commit = commit.chars().take(8).collect();
        Some(Version { commit, text })
    };
    commits.into_iter().filter_map(version).collect()
}

/// The line that git prints.
fn trimmed(args: &[&str]) -> Option<String> {
    git(args).map(|text| text.trim().to_owned())
}

/// What git prints; `None` when it fails.
fn git(args: &[&str]) -> Option<String> {
    let mut git = Command::new("git");
    let output = process::quiet(git.args(args).current_dir(workspace::root()))?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}
