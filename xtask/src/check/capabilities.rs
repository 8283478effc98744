//! Part `capabilities`: `tests/capabilities.md` names, for each capability, the tests that show it, and
//! `docs/security.md` for each requirement of OWASP's ASVS.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::table;
use crate::test::listing;
use crate::workspace;

/// Where ids stand beside the tests that show them.
const PAGES: [&str; 2] = ["tests/capabilities.md", "docs/security.md"];

/// Every id has tests, and every test named exists.
pub(super) fn run() -> Result<()> {
    let tests = listing::all(&workspace::metadata()?)?;
    let mut all = Vec::new();
    for page in PAGES {
        let rows = rows(&workspace::read(&workspace::root().join(page))?);
        if rows.is_empty() {
            all.push(format!("{page} has no row in a table `| id | tests |`"));
        }
        let findings = findings(&rows, &tests);
        all.extend(
            findings
                .into_iter()
                .map(|finding| format!("{page}, {finding}")),
        );
    }
    Error::from_findings(all)
}

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    line: usize,
    id: String,
    tests: Vec<String>,
}

/// The rows of every table whose first two columns are `id` and `tests`; names stand between backticks.
fn rows(text: &str) -> Vec<Row> {
    let rows = table::rows(text, &["id", "tests"]).unwrap_or_default();
    let row = |(line, cells): table::Row<'_>| Row {
        line,
        id: cells[0].trim_matches('`').to_owned(),
        tests: cells.get(1).map(|cell| names(cell)).unwrap_or_default(),
    };
    rows.into_iter().map(row).collect()
}

fn names(cell: &str) -> Vec<String> {
    table::between_backticks(cell).map(str::to_owned).collect()
}

fn findings(rows: &[Row], tests: &BTreeSet<String>) -> Vec<String> {
    let mut findings = Vec::new();
    let mut ids = BTreeSet::new();
    for Row {
        line,
        id,
        tests: named,
    } in rows
    {
        if !ids.insert(id) {
            findings.push(format!("line {line}: `{id}` is there twice"));
        }
        if named.is_empty() {
            findings.push(format!(
                "line {line}: `{id}` has no test (names stand between backticks)"
            ));
        }
        for name in named.iter().filter(|name| !exists(name, tests)) {
            findings.push(format!(
                "line {line}: `{id}` names `{name}`, which is no test"
            ));
        }
    }
    findings
}

/// Whether a name is that of a test, or of a test that runs on both databases.
fn exists(name: &str, tests: &BTreeSet<String>) -> bool {
    tests.contains(name)
        || ["sqlite", "postgres"]
            .iter()
            .all(|on| tests.contains(&format!("{name}::{on}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# Capabilities\n\n| id | tests |\n|---|---|\n\
        | core.page | `core::page::limits`, `projects::list::pages` |\n\
        | `core.log` | |\n\nText.\n\n| other | table |\n|---|---|\n| a | `b` |\n";

    #[test]
    fn rows_are_read_with_their_tests() {
        let rows = rows(TABLE);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].id, "core.page");
        assert_eq!(
            rows[0].tests,
            ["core::page::limits", "projects::list::pages"]
        );
        assert_eq!(
            rows[1],
            Row {
                line: 6,
                id: "core.log".into(),
                tests: vec![]
            }
        );
    }

    #[test]
    fn missing_tests_and_ids_without_any_are_found() {
        let known = ["core::page::limits", "projects::list::pages::sqlite"];
        let tests = known.map(str::to_owned).into();
        let findings = findings(&rows(TABLE), &tests);
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(findings[0].contains("`projects::list::pages`, which is no test"));
        assert!(findings[1].contains("`core.log` has no test"));
    }

    #[test]
    fn a_test_on_both_databases_goes_by_its_own_name() {
        let tests = ["a::b::sqlite", "a::b::postgres"].map(str::to_owned).into();
        assert!(exists("a::b", &tests));
        assert!(exists("a::b::sqlite", &tests));
        assert!(!exists("a", &tests));
    }

    #[test]
    fn an_id_twice_is_found() {
        let text = "| id | tests |\n|---|---|\n| a | `t` |\n| a | `t` |\n";
        let findings = findings(&rows(text), &["t".to_owned()].into());
        assert_eq!(findings, ["line 4: `a` is there twice"]);
    }
}
