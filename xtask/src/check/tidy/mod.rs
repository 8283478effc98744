//! Part `tidy`: the house rules that no compiler knows. Each is a function from a file's text to what is wrong with it.
//!
//! The length of functions is Clippy's (`too_many_lines` in `clippy.toml`).

mod crates;
mod layers;
mod shape;
mod words;

use std::path::Path;

use crate::error::{Error, Result};
use crate::workspace;

/// A text file of the project.
struct File {
    /// Relative to the root, with forward slashes.
    path: String,
    text: String,
}

impl File {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether this holds nothing but tests, or benchmarks, which prepare and look as tests do.
    fn is_test(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.contains("/tests/")
            || self.path.contains("/benches/")
            || self.path.ends_with("/tests.rs")
    }

    /// The lines of code with their numbers, from 1: comments of whole lines are left out.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self
            .text
            .lines()
            .enumerate()
            .map(|(number, line)| (number + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// A finding at a line.
    fn at(&self, line: usize, sentence: impl std::fmt::Display) -> String {
        format!("{}:{line}: {sentence}", self.path)
    }
}

/// All rules hold in all files.
pub(super) fn run() -> Result<()> {
    let files = text_files()?;
    let mut findings = Vec::new();
    for file in &files {
        if file.is_rust() {
            findings.extend(shape::findings(file));
            findings.extend(layers::findings(file));
        }
        findings.extend(words::findings(file));
    }
    findings.extend(crates::findings(&workspace::metadata()?, &files));
    Error::from_findings(findings)
}

fn text_files() -> Result<Vec<File>> {
    let mut files = Vec::new();
    for path in workspace::files()? {
        if is_written_by_hand(&path) {
            files.push(File {
                path: workspace::relative(&path),
                text: workspace::read(&path)?,
            });
        }
    }
    Ok(files)
}

fn is_written_by_hand(path: &Path) -> bool {
    const EXTENSIONS: [&str; 7] = ["rs", "toml", "md", "yml", "yaml", "sh", "sql"];
    const NAMES: [&str; 5] = [
        "Dockerfile",
        "CODEOWNERS",
        ".env.example",
        ".dockerignore",
        "run",
    ];
    let extension = path.extension().unwrap_or_default();
    let name = path.file_name().unwrap_or_default();
    EXTENSIONS.iter().any(|known| extension == *known) || NAMES.iter().any(|known| name == *known)
}

#[cfg(test)]
fn file(path: &str, text: &str) -> File {
    File {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}
