//! How a source file looks: its documentation, its length, its name.

use std::path::Path;

use super::File;

const MAX_LINES: usize = 300;
const MAX_TEST_LINES: usize = 500;
/// The public surface of a domain is read at a glance.
const MAX_DOMAIN_LIB_LINES: usize = 60;

/// Names that tell nothing of what is inside.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "helpers", "helper", "common", "misc"];

pub(super) fn findings(file: &File) -> Vec<String> {
    if is_generated(file) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    findings.extend(undocumented(file));
    findings.extend(too_long(file));
    findings.extend(empty_names(file));
    findings
}

fn is_generated(file: &File) -> bool {
    // Split, or this very file would say that it is generated.
    file.text
        .lines()
        .take(5)
        .any(|line| line.contains(concat!("@", "generated")))
}

/// `#!` is an inner attribute, such as a README included as documentation, or a script's first line.
fn undocumented(file: &File) -> Option<String> {
    let is_documented = file.text.starts_with("//!") || file.text.starts_with("#!");
    (!is_documented).then(|| file.at(1, "the first line is not `//!`, the module's documentation"))
}

fn too_long(file: &File) -> Option<String> {
    let limit = if file.is_test() {
        MAX_TEST_LINES
    } else if is_domain_lib(&file.path) {
        MAX_DOMAIN_LIB_LINES
    } else {
        MAX_LINES
    };
    let lines = file.text.lines().count();
    (lines > limit).then(|| file.at(lines, format!("{lines} lines, at most {limit} are allowed")))
}

fn is_domain_lib(path: &str) -> bool {
    path.starts_with("crates/domains/") && path.ends_with("/src/lib.rs")
}

fn empty_names(file: &File) -> Vec<String> {
    let mut findings = Vec::new();
    for part in Path::new(&file.path).iter() {
        let stem = Path::new(part)
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy();
        if EMPTY_NAMES.contains(&&*stem) {
            findings.push(file.at(1, format!("`{stem}` is no name: say what is inside")));
        }
    }
    for (number, line) in file.code() {
        if let Some(name) = inline_module(line).filter(|name| EMPTY_NAMES.contains(name)) {
            findings.push(file.at(
                number,
                format!("`mod {name}` is no name: say what is inside"),
            ));
        }
    }
    findings
}

/// The name in `pub(crate) mod name {`; `mod name;` is found by its file.
fn inline_module(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("mod ")?;
    let is_item = before.trim().is_empty() || before.trim_start().starts_with("pub");
    let name = after.trim_end().strip_suffix('{')?.trim();
    is_item.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    fn with_lines(path: &str, lines: usize) -> File {
        file(path, &"//! Doc.\n".repeat(lines))
    }

    #[test]
    fn a_module_begins_with_its_documentation() {
        assert!(findings(&file("a.rs", "//! Doc.\n")).is_empty());
        assert!(findings(&file("a.rs", "#![doc = include_str!(\"../README.md\")]\n")).is_empty());
        assert_eq!(findings(&file("a.rs", "use std::fs;\n")).len(), 1);
        let generated = format!("// {}generated\nuse std::fs;\n", '@');
        assert!(findings(&file("a.rs", &generated)).is_empty());
    }

    #[test]
    fn length_depends_on_the_kind_of_file() {
        assert!(findings(&with_lines("crates/core/src/a.rs", 300)).is_empty());
        assert_eq!(findings(&with_lines("crates/core/src/a.rs", 301)).len(), 1);
        assert!(findings(&with_lines("crates/core/tests/a.rs", 500)).is_empty());
        assert_eq!(findings(&with_lines("tests/a.rs", 501)).len(), 1);
        assert!(findings(&with_lines("crates/domains/posts/src/lib.rs", 60)).is_empty());
        assert_eq!(
            findings(&with_lines("crates/domains/posts/src/lib.rs", 61)).len(),
            1
        );
    }

    #[test]
    fn names_say_what_is_inside() {
        assert_eq!(
            findings(&file("crates/core/src/utils.rs", "//! Doc.\n")).len(),
            1
        );
        assert_eq!(
            findings(&file("tests/common/mod.rs", "//! Doc.\n")).len(),
            1
        );
        assert_eq!(
            findings(&file("a.rs", "//! Doc.\npub(crate) mod helpers {\n}\n")).len(),
            1
        );
        assert!(findings(&file("a.rs", "//! Doc.\nmod utilities {\n}\n")).is_empty());
    }
}
