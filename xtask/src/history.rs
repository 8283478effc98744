//! The versions of a file that were ever committed.

use std::collections::BTreeMap;
use std::process::Command;

use crate::process;
use crate::terminal::say;
use crate::workspace;

/// A version of a file.
pub(crate) struct Version {
    /// The commit, shortened.
    pub(crate) commit: String,
    pub(crate) text: String,
}

/// Every version of the file at this path below the root, the newest first. Of a branch that was
/// merged only the result counts. Without a repository there is none, and of a shallow clone only
/// what was fetched: both are said and no failure.
pub(crate) fn versions(path: &str) -> Vec<Version> {
    say_when_shallow();
    versions_of(path, commits(&[], path))
}

/// The same from the commit on that brought another file; none before there is such a commit.
pub(crate) fn versions_since(brought: &str, path: &str) -> Vec<Version> {
    say_when_shallow();
    let Some(first) = commits(&["--diff-filter=A"], brought).pop() else {
        return Vec::new();
    };
    let mut commits = commits(&[&format!("{first}..HEAD")], path);
    commits.push(first);
    versions_of(path, commits)
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
    let fork = |main: &&str| git(&["merge-base", "HEAD", main]);
    let base = ["origin/HEAD", "origin/main", "main"].iter().find_map(fork);
    let base = base.or_else(|| git(&["rev-parse", "HEAD"]))?;
    Some(base.trim().to_owned())
}

fn say_when_shallow() {
    if git(&["rev-parse", "--is-shallow-repository"]).is_some_and(|text| text.trim() == "true") {
        say("the clone is shallow: what was published before is not known here");
    }
}

/// The commits that changed a file, the newest first.
fn commits(which: &[&str], path: &str) -> Vec<String> {
    let log = ["log", "--first-parent", "--format=%H"];
    let args = [&log, which, &["--", path]].concat();
    let Some(commits) = git(&args) else {
        say("git has no history here: what was published before is not known");
        return Vec::new();
    };
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

/// What git prints; `None` when it fails.
fn git(args: &[&str]) -> Option<String> {
    let mut git = Command::new("git");
    let output = process::quiet(git.args(args).current_dir(workspace::root()))?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}
