//! What went wrong with a job, as the table keeps it: a JSON array of `{at, attempt, chain}`, the
//! newest last.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

/// How many failures are kept: the newest.
const KEPT: usize = 20;

/// `errors` with one more: what `chain` tells, the outermost first.
pub(super) fn with(
    errors: Option<&str>,
    attempt: i32,
    chain: &[String],
    now: DateTime<Utc>,
) -> String {
    let mut all: Vec<Value> = errors
        // What somebody wrote there by hand and is no array, makes room.
        .and_then(|errors| serde_json::from_str(errors).ok())
        .unwrap_or_default();
    let at = now.to_rfc3339_opts(SecondsFormat::Micros, true);
    all.push(json!({"at": at, "attempt": attempt, "chain": chain}));
    all.drain(..all.len().saturating_sub(KEPT));
    Value::Array(all).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept() {
        let now = DateTime::<Utc>::default();
        let mut errors = None;
        for attempt in 1..=30 {
            errors = Some(with(errors.as_deref(), attempt, &["why".to_owned()], now));
        }
        let errors: Vec<Value> = serde_json::from_str(&errors.unwrap()).unwrap();
        assert_eq!(errors.len(), KEPT);
        assert_eq!(errors[0]["attempt"], 11);
        let last = json!({"at": "1970-01-01T00:00:00.000000Z", "attempt": 30, "chain": ["why"]});
        assert_eq!(errors[KEPT - 1], last);
    }
}
