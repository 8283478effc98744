//! Breaks that are declared.

use serde_json::json;

use super::super::Published;
use super::super::change::Change;
use super::super::compare::changes;
use super::super::declared::Declared;
use super::document;

fn page(rows: &[&str]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|row| format!("| `{row}` | nobody called it | 0.2.0 |\n"))
        .collect();
    format!(
        "# Changes\n\n| change | reason | since |\n|---|---|---|\n{}",
        rows.concat()
    )
}

fn declared(rows: &[&str]) -> Declared {
    Declared::parse(&page(rows)).expect("a table")
}

fn removed() -> Change {
    let (old, new) = (document(&json!({})), json!({ "paths": {} }));
    let mut changes = changes(&old, &new);
    changes.retain(|change| change.key().starts_with("GET"));
    changes.remove(0)
}

const ROW: &str = "GET /things/{id} is gone";

#[test]
fn a_row_declares_what_came_after_it_was_published() {
    let change = removed();
    assert_eq!(change.key(), ROW);
    assert!(declared(&[ROW]).since(&Declared::default(), &change));
    assert!(!declared(&[]).since(&Declared::default(), &change));
    assert!(!declared(&["GET /things is gone"]).since(&Declared::default(), &change));
}

#[test]
fn a_row_of_old_does_not_declare_the_next_one() {
    let change = removed();
    assert!(!declared(&[ROW]).since(&declared(&[ROW]), &change));
    assert!(declared(&[ROW, ROW]).since(&declared(&[ROW]), &change));
}

#[test]
fn what_is_not_declared_is_told_with_the_row_that_it_needs() {
    let then = Published {
        api: document(&json!({})),
        declared: Declared::default(),
    };
    let now = json!({ "servers": [{ "url": "/" }], "paths": {} });
    let told = then.undeclared(&now, &declared(&[]));
    assert_eq!(
        told,
        [format!(
            "{ROW}; clients call it; not declared in docs/api-changes.md as `{ROW}`"
        )]
    );
    assert_eq!(
        then.undeclared(&now, &declared(&[ROW])),
        Vec::<String>::new()
    );
}

#[test]
fn a_row_has_a_reason() {
    let error = Declared::parse("| change | reason |\n|---|---|\n| `a` | |\n");
    assert!(
        error
            .expect_err("no reason")
            .to_string()
            .contains("api-changes.md:3")
    );
    assert!(Declared::parse("| change | reason |\n|---|---|\n| a | b |\n").is_err());
    assert!(Declared::parse("# Changes\n").is_err());
    assert!(Declared::parse(&page(&[])).is_ok());
}
