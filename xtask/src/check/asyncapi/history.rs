//! The versions of a file that were ever committed.

use std::process::Command;

use crate::process;
use crate::terminal::say;
use crate::workspace;

/// A version of a file.
pub(super) struct Version {
    /// The commit, shortened.
    pub(super) commit: String,
    pub(super) text: String,
}

/// Every version of the file at this path below the root, the newest first. Of a branch that was
/// merged only the result counts. Without a repository there is none, and of a shallow clone only
/// what was fetched: both are said and no failure.
pub(super) fn versions(path: &str) -> Vec<Version> {
    if git(&["rev-parse", "--is-shallow-repository"]).is_some_and(|text| text.trim() == "true") {
        say("the clone is shallow: what was published before is not known here");
    }
    let Some(commits) = git(&["log", "--first-parent", "--format=%H", "--", path]) else {
        say("git has no history here: what was published before is not known");
        return Vec::new();
    };
    let version = |commit: &str| {
        // A commit that removed the file has none.
        let text = git(&["show", &format!("{commit}:./{path}")])?;
        let commit = commit.chars().take(8).collect();
        Some(Version { commit, text })
    };
    commits.lines().filter_map(version).collect()
}

/// What git prints; `None` when it fails.
fn git(args: &[&str]) -> Option<String> {
    let mut git = Command::new("git");
    let output = process::quiet(git.args(args).current_dir(workspace::root()))?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}
