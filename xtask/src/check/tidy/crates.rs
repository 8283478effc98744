//! What holds for crates as a whole.

use std::collections::BTreeSet;

use cargo_metadata::Metadata;

use super::File;
use crate::workspace;

/// The composition root composes; rules and queries live elsewhere. Its commands are counted apart:
/// each is a file of its own that calls one service.
const MAX_APP_LINES: usize = 600;

const ARCHITECTURE: &str = "ARCHITECTURE.md";

pub(super) fn findings(metadata: &Metadata, files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut members = BTreeSet::new();
    for package in metadata.workspace_packages() {
        members.insert(package.name.to_string());
        let manifest = workspace::relative(package.manifest_path.as_std_path());
        findings.extend(incomplete(&manifest, files));
    }
    findings.extend(large_app(files));
    findings.extend(left_out(files));
    findings.extend(undocumented_members(files, &members));
    findings
}

/// Each crate says what it is, and has the workspace's lints: the length of functions is one of them.
fn incomplete(manifest: &str, files: &[File]) -> Vec<String> {
    let text = |path: &str| {
        let file = files.iter().find(|file| file.path == path);
        file.map_or("", |file| file.text.as_str())
    };
    let folder = manifest.trim_end_matches("Cargo.toml");
    let mut findings = Vec::new();
    if text(&format!("{folder}README.md")).trim().is_empty() {
        findings.push(format!("{folder}README.md: is missing, or says nothing"));
    }
    if !text(manifest).contains("[lints]\nworkspace = true\n") {
        findings.push(format!(
            "{manifest}: has no `[lints]` with `workspace = true`"
        ));
    }
    findings
}

fn large_app(files: &[File]) -> Option<String> {
    let is_of_app = |file: &&File| {
        file.path.starts_with("crates/app/src/")
            && !file.path.starts_with("crates/app/src/command/")
            && file.is_rust()
    };
    let lines: usize = files
        .iter()
        .filter(is_of_app)
        .map(|file| file.text.lines().count())
        .sum();
    (lines > MAX_APP_LINES).then(|| {
        format!(
            "crates/app/src: {lines} lines, at most {MAX_APP_LINES} are allowed: it only composes"
        )
    })
}

/// What `--bin` selects has the features of all default members: with some left out, each of its dependencies that others give
/// more features is built once more.
fn left_out(files: &[File]) -> Option<String> {
    let root = files.iter().find(|file| file.path == "Cargo.toml")?;
    let is_said = root
        .text
        .lines()
        .any(|line| line.starts_with("default-members"));
    is_said.then(|| {
        "Cargo.toml: has `default-members`: binaries would get dependencies of their own".to_owned()
    })
}

/// The list of crates in ARCHITECTURE.md is the workspace's, no more and no less.
fn undocumented_members(files: &[File], members: &BTreeSet<String>) -> Vec<String> {
    let Some(page) = files.iter().find(|file| file.path == ARCHITECTURE) else {
        return vec![format!("{ARCHITECTURE} is missing")];
    };
    let listed = listed_crates(&page.text);
    let missing = members
        .difference(&listed)
        .map(|name| format!("does not list `{name}`"));
    let gone = listed
        .difference(members)
        .map(|name| format!("lists `{name}`, which is no crate"));
    missing
        .chain(gone)
        .map(|sentence| format!("{ARCHITECTURE}: section Crates {sentence}"))
        .collect()
}

/// The first cells of the table below the heading `Crates`, as package names between backticks.
fn listed_crates(page: &str) -> BTreeSet<String> {
    let is_heading = |line: &str| line.starts_with('#');
    page.lines()
        .skip_while(|line| !(is_heading(line) && line.trim_start_matches('#').trim() == "Crates"))
        .skip(1)
        .take_while(|line| !is_heading(line))
        .filter_map(|line| {
            line.trim()
                .strip_prefix('|')?
                .trim()
                .strip_prefix('`')?
                .split_once('`')
        })
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    const PAGE: &str = "# Architecture\n\n| `nothing` | here |\n\n## Crates\n\n\
        | crate | what |\n|---|---|\n| `ashlar-core` | base |\n| `xtask` | `tools` |\n\n\
        ## Data\n\n| `table` | x |\n";

    #[test]
    fn the_list_of_crates_is_read() {
        let expected: BTreeSet<_> = ["ashlar-core", "xtask"].map(str::to_owned).into();
        assert_eq!(listed_crates(PAGE), expected);
    }

    #[test]
    fn missing_and_gone_crates_are_found() {
        let members = ["ashlar-core", "ashlar-auth"].map(str::to_owned).into();
        let findings = undocumented_members(&[file(ARCHITECTURE, PAGE)], &members);
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(findings[0].contains("does not list `ashlar-auth`"));
        assert!(findings[1].contains("lists `xtask`"));
        assert_eq!(undocumented_members(&[], &members).len(), 1);
    }

    #[test]
    fn a_crate_says_what_it_is_and_has_the_lints() {
        let manifest = "crates/core/Cargo.toml";
        let whole = file(manifest, "[package]\n\n[lints]\nworkspace = true\n");
        let readme = file("crates/core/README.md", "# ashlar-core\n");
        assert!(incomplete(manifest, &[whole, readme]).is_empty());
        let without = file(manifest, "[package]\n\n[dependencies]\nworkspace = true\n");
        let of_another = file("crates/auth/README.md", "# ashlar-auth\n");
        let findings = incomplete(manifest, &[without, of_another]);
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(findings[0].contains("crates/core/README.md"));
        assert!(findings[1].contains("`[lints]`"));
    }

    #[test]
    fn all_members_are_default_members() {
        let root = |text| [file("Cargo.toml", text)];
        assert!(left_out(&root("[workspace]\nmembers = []\n")).is_none());
        let some = root("[workspace]\ndefault-members = [\"crates/app\"]\n");
        assert!(left_out(&some).is_some());
    }

    #[test]
    fn app_is_measured_as_a_whole() {
        let half = "//! Doc.\n".repeat(301);
        let one = file("crates/app/src/lib.rs", &half);
        let two = file("crates/app/src/compose.rs", &half);
        let other = file("crates/core/src/lib.rs", &half);
        assert!(large_app(&[other, one]).is_none());
        let one = file("crates/app/src/lib.rs", &half);
        assert!(large_app(&[one, two]).is_some());
    }
}
