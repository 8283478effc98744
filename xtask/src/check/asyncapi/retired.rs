//! The published versions that are published no more: the table in `crates/contracts/RETIRED.md`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::contract::EventId;
use crate::error::{Error, Result};
use crate::table;
use crate::workspace;

/// Where the list is, below the root.
pub(super) const LIST: &str = "crates/contracts/RETIRED.md";

/// Where the list is.
pub(super) fn path() -> PathBuf {
    workspace::root().join(LIST)
}

/// The rows of the table whose first two columns are `event` and `version`.
///
/// # Errors
/// When there is no such table, or a row that cannot be read.
pub(super) fn parse(text: &str) -> Result<BTreeSet<EventId>> {
    let rows = table::rows(text, &["event", "version"]);
    let rows =
        rows.ok_or_else(|| Error::said(format!("{LIST} has no table `| event | version | … |`")))?;
    rows.into_iter()
        .map(|(number, cells)| {
            event(&cells).ok_or_else(|| {
                Error::said(format!(
                    "{LIST}:{number}: no event with a version in this row"
                ))
            })
        })
        .collect()
}

fn event(cells: &[&str]) -> Option<EventId> {
    let [name, version, ..] = cells else {
        return None;
    };
    let name = name.trim_matches('`').to_owned();
    let version = version.parse().ok()?;
    name.contains('.').then_some(EventId { name, version })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let text = "# Retired\n\n| event | version | instead |\n|---|---|---|\n\
            | `post.created` | 1 | version 2 |\n| user.seen | 12 | - |\n\nText | with | bars\n";
        let retired = parse(text).expect("a table");
        let shown: Vec<String> = retired.iter().map(EventId::to_string).collect();
        assert_eq!(shown, ["post.created v1", "user.seen v12"]);
    }

    #[test]
    fn an_empty_table_is_one() {
        let retired = parse("| event | version | instead |\n|---|---|---|\n");
        assert_eq!(retired.expect("a table").len(), 0);
    }

    #[test]
    fn no_table_or_a_row_that_says_nothing_is_an_error() {
        assert!(parse("# Retired\n").is_err());
        let error = parse("| event | version |\n|---|---|\n| post.created | first |\n");
        let error = error.expect_err("no version").to_string();
        assert!(error.contains("RETIRED.md:3"), "{error}");
    }
}
