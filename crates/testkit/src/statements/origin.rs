//! Where in the workspace's sources the running code is.

use std::{backtrace::Backtrace, env, path::Path};

use serde::{Deserialize, Serialize};

/// What runs other people's statements; nothing begins there.
const PLUMBING: [&str; 3] = [
    "crates/core/src/database/",
    "crates/core/src/page/",
    "crates/core/src/record.rs",
];

/// A place in the workspace's sources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// The file, below the workspace's root.
    pub(crate) file: String,
    /// The line, from 1.
    pub(crate) line: u32,
}

/// Where the caller is, the innermost place first; the testkit's own way here is left out.
pub(super) fn places() -> Vec<Place> {
    let trace = format!("{:?}", Backtrace::force_capture());
    let here = env::current_dir().unwrap_or_default();
    let places = parse(&trace, &crate::scratch::root(), &here);
    let own = |place: &&Place| place.file.starts_with("crates/testkit/src/statements/");
    let skipped = places.iter().take_while(own).count();
    places.into_iter().skip(skipped).collect()
}

/// Whether it is a test, or a migration, that speaks for itself here, and not what serves.
pub(super) fn is_a_tests_own(places: &[Place]) -> bool {
    let is_plumbing = |place: &&Place| PLUMBING.iter().any(|folder| place.file.starts_with(folder));
    let speaker = places.iter().find(|place| !is_plumbing(place));
    speaker.is_none_or(|place| {
        let is_code = place.file.starts_with("crates/") && place.file.contains("/src/");
        !is_code || place.file.starts_with("crates/testkit/")
    })
}

/// The places below `root` in a backtrace as `Debug` writes it, which shortens what is in the
/// current folder: `[{ fn: "…", file: "./src/list.rs", line: 7 }, …]`.
fn parse(trace: &str, root: &Path, here: &Path) -> Vec<Place> {
    let frames = trace.split("file: \"").skip(1);
    let place = |frame: &str| {
        let (file, rest) = frame.split_once('"')?;
        let file = here.join(file.strip_prefix("./").unwrap_or(file));
        let file = file.strip_prefix(root).ok()?.to_str()?;
        // The C library's, say, has names without a folder.
        let file = file.ends_with(".rs").then_some(file)?;
        let digits = rest.strip_prefix(", line: ")?;
        let end = digits
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(digits.len());
        Some(Place {
            file: file.to_owned(),
            line: digits[..end].parse().unwrap_or_default(),
        })
    };
    frames.filter_map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(file: &str) -> Place {
        Place {
            file: file.to_owned(),
            line: 1,
        }
    }

    #[test]
    fn a_place_is_where_the_code_is() {
        let places = places();
        assert_eq!(places, [], "{places:?}: this file is the testkit's own way");
        let trace = "Backtrace [{ fn: \"std::x\", file: \"/rustc/a/library/std/src/x.rs\", line: 9 }, \
                     { fn: \"a::list::{closure#0}\", file: \"./src/repository.rs\", line: 61 }, \
                     { fn: \"b::of::{closure#0}\", file: \"/w/crates/b/src/service.rs\", line: 7 }]";
        let found = parse(trace, Path::new("/w"), Path::new("/w/crates/a"));
        let shown: Vec<_> = found.iter().map(|one| (&*one.file, one.line)).collect();
        let expected = [
            ("crates/a/src/repository.rs", 61),
            ("crates/b/src/service.rs", 7),
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_test_that_looks_into_the_database_is_told_from_the_code_under_test() {
        let (test, code) = ("crates/a/tests/api/list.rs", "crates/a/src/repository.rs");
        let plumbing = "crates/core/src/database/transaction.rs";
        assert!(is_a_tests_own(&[place(plumbing), place(test)]));
        assert!(!is_a_tests_own(&[
            place(plumbing),
            place(code),
            place(test)
        ]));
        assert!(is_a_tests_own(&[
            place("crates/testkit/src/published.rs"),
            place(test)
        ]));
        assert!(is_a_tests_own(&[
            place("migration/src/history.rs"),
            place(test)
        ]));
        assert!(is_a_tests_own(&[]));
    }
}
