//! What is not as it was, in words.

use std::collections::BTreeSet;
use std::fmt;

use crate::json_schema::{Difference, Side};

/// How many operations are named before the rest is counted.
const NAMED: usize = 3;

/// A change of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// What it is a change of, such as `GET /api/v1/projects: query limit`.
    subject: String,
    /// What is different, as the rest of a sentence.
    what: String,
    /// From what to what, where that is more than there and not there.
    change: Option<String>,
    /// Why it breaks clients; `None` when it does not.
    pub(super) why: Option<&'static str>,
    /// The operations that it concerns, where the subject does not name one.
    operations: BTreeSet<String>,
}

impl Change {
    /// One that clients can live with.
    pub(super) fn harmless(subject: &str, what: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            what: what.to_owned(),
            change: None,
            why: None,
            operations: BTreeSet::new(),
        }
    }

    /// One that breaks clients.
    pub(super) fn breaking(subject: &str, what: &str, why: &'static str) -> Self {
        Self {
            why: Some(why),
            ..Self::harmless(subject, what)
        }
    }

    /// The same, from something to something.
    pub(super) fn between(self, old: impl fmt::Display, new: impl fmt::Display) -> Self {
        let change = Some(format!("{old} → {new}"));
        Self { change, ..self }
    }

    /// A difference between schemas: of one with a name wherever it is used, else of `place` in `operation`.
    pub(super) fn in_schema(
        difference: Difference,
        side: Side,
        operation: &str,
        place: &str,
    ) -> Self {
        let Difference {
            schema,
            path,
            what,
            change,
            why,
        } = difference;
        let (subject, operations) = match schema {
            Some(name) => {
                let side = match side {
                    Side::Request => "requests",
                    Side::Answer => "answers",
                };
                let operations = BTreeSet::from([operation.to_owned()]);
                (format!("{name}{path} in {side}"), operations)
            }
            None => (format!("{operation}: {place}{path}"), BTreeSet::new()),
        };
        Self {
            subject,
            what,
            change,
            why,
            operations,
        }
    }

    /// What it is declared by: without the values, which may change once more.
    pub(crate) fn key(&self) -> String {
        format!("{} {}", self.subject, self.what)
    }

    pub(crate) fn breaks(&self) -> bool {
        self.why.is_some()
    }

    /// Whether it is the same change, met in another operation; then that one is noted.
    fn absorbs(&mut self, other: &Self) -> bool {
        let is_same = self.key() == other.key() && self.change == other.change;
        if is_same {
            self.operations.extend(other.operations.iter().cloned());
            self.why = self.why.or(other.why);
        }
        is_same
    }
}

/// Each change once, with all operations that it concerns; what breaks comes first.
pub(super) fn collected(changes: impl IntoIterator<Item = Change>) -> Vec<Change> {
    let mut collected: Vec<Change> = Vec::new();
    for change in changes {
        if !collected.iter_mut().any(|known| known.absorbs(&change)) {
            collected.push(change);
        }
    }
    collected.sort_by_key(|change| !change.breaks());
    collected
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.key())?;
        if let Some(change) = &self.change {
            write!(f, ": {change}")?;
        }
        if let Some(why) = self.why {
            write!(f, "; {why}")?;
        }
        if self.operations.is_empty() {
            return Ok(());
        }
        let named: Vec<&str> = self
            .operations
            .iter()
            .take(NAMED)
            .map(String::as_str)
            .collect();
        write!(f, " ({}", named.join(", "))?;
        match self.operations.len() - named.len() {
            0 => write!(f, ")"),
            more => write!(f, " and {more} more)"),
        }
    }
}
