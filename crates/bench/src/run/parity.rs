//! Yardsticks that did less than Ashlar would flatter it or shame it: the same request has to get
//! the same answer from each.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::lineup::Lineup;
use crate::error::BenchError;

/// Compares a project and two pages of all servers with a database.
pub(super) fn check(lineup: &Lineup) -> Result<(), BenchError> {
    let projects = &lineup.ashlar.subject.projects;
    let one = format!("/api/v1/projects/{}", projects[projects.len() / 2]);
    for path in [
        one.as_str(),
        "/api/v1/projects?limit=20",
        "/api/v1/projects?limit=7",
    ] {
        let expected = normalized(lineup.ashlar.fetch(path)?);
        for yardstick in [&lineup.by_hand, &lineup.limit] {
            let found = normalized(yardstick.fetch(path)?);
            if found != expected {
                let name = yardstick.server.name;
                return Err(BenchError::Failed(format!(
                    "GET {path}: Ashlar answers {expected}, {name} answers {found}"
                )));
            }
        }
    }
    Ok(())
}

/// Instants may be written in more than one way, cursors are each server's own, and a `null` may
/// be left out.
fn normalized(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| {
                let value = if name == "next_cursor" {
                    "a cursor".into()
                } else {
                    value
                };
                (name, normalized(value))
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(normalized).collect(),
        Value::String(text) => match text.parse::<DateTime<Utc>>() {
            Ok(instant) => instant.timestamp_micros().into(),
            Err(_) => Value::String(text),
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_spelling_of_an_instant_makes_no_difference_but_its_value_does() {
        let spelled = |text: &str| normalized(json!({ "created_at": text }));
        assert_eq!(
            spelled("2026-01-02T03:04:05.100Z"),
            spelled("2026-01-02T03:04:05.1+00:00")
        );
        assert_ne!(
            spelled("2026-01-02T03:04:05.100Z"),
            spelled("2026-01-02T03:04:05.101Z")
        );
    }

    #[test]
    fn a_missing_next_page_makes_a_difference() {
        let page = |cursor: Value| normalized(json!({ "next_cursor": cursor, "total": null }));
        assert_eq!(page("a".into()), page("b".into()));
        assert_ne!(page("a".into()), page(Value::Null));
    }
}
