//! Which tests there are, by asking the test binaries.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{Message, Metadata};

use crate::error::{Error, Result};
use crate::process;

/// What a test is called in the table of capabilities: `<crate>::<path>`, without the crate's `ashlar-`.
pub(crate) fn all(metadata: &Metadata) -> Result<BTreeSet<String>> {
    let mut tests = BTreeSet::new();
    for binary in build(metadata)? {
        let mut list = Command::new(&binary.path);
        list.args(["--list", "--format", "terse"])
            .current_dir(&binary.folder);
        for name in names(&process::stdout_of(&mut list)?) {
            tests.insert(format!("{}::{name}", binary.krate));
        }
    }
    Ok(tests)
}

/// The names in what `--list` prints: `module::test: test`.
pub(crate) fn names(list: &str) -> impl Iterator<Item = &str> {
    list.lines().filter_map(|line| line.strip_suffix(": test"))
}

/// A package's name as the table has it.
pub(crate) fn krate(package: &str) -> String {
    package
        .strip_prefix("ashlar-")
        .unwrap_or(package)
        .replace('-', "_")
}

struct Binary {
    krate: String,
    path: PathBuf,
    folder: PathBuf,
}

/// Builds the test binaries of the workspace; what the compiler has to say goes to the error output.
fn build(metadata: &Metadata) -> Result<Vec<Binary>> {
    let mut cargo = process::cargo(["test", "--workspace", "--no-run", "--quiet"]);
    cargo.arg("--message-format=json-render-diagnostics");
    let messages = process::stdout_of(&mut cargo)?;
    let mut binaries = Vec::new();
    for message in Message::parse_stream(messages.as_bytes()) {
        let message =
            message.map_err(|error| Error::said(format!("cargo's messages end early: {error}")))?;
        let Message::CompilerArtifact(artifact) = message else {
            continue;
        };
        let package = metadata
            .packages
            .iter()
            .find(|package| package.id == artifact.package_id);
        if let (true, Some(path), Some(package)) =
            (artifact.profile.test, artifact.executable, package)
        {
            let folder = package
                .manifest_path
                .parent()
                .map_or(Path::new("."), |path| path.as_std_path());
            binaries.push(Binary {
                krate: krate(&package.name),
                path: path.into_std_path_buf(),
                folder: folder.to_path_buf(),
            });
        }
    }
    Ok(binaries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_tests_only() {
        let list =
            "create::ok::sqlite: test\nspeed: benchmark\n\n2 tests, 1 benchmark\nlist: test\n";
        assert_eq!(
            names(list).collect::<Vec<_>>(),
            ["create::ok::sqlite", "list"]
        );
    }

    #[test]
    fn crates_are_named_without_the_prefix() {
        assert_eq!(krate("ashlar-projects"), "projects");
        assert_eq!(krate("journeys"), "journeys");
    }
}
