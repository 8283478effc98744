//! The statements that the code under test issues: which of them a request cost, so that a budget
//! that is exceeded says by what, and which there are at all, for the check of their plans.
//!
//! Always the text alone. Values may be secrets, and are nowhere kept.

mod origin;
mod recorder;

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use ashlar_core::{
    context,
    database::{self, Issued},
};

pub(crate) use origin::Place;
pub(crate) use recorder::{Recorded, variable};

/// How many requests are remembered whose answers nobody has read.
const UNREAD: usize = 1_000;

/// What requests asked of the database, by their ids, until their answers are read.
static ASKED: Mutex<Option<HashMap<Box<str>, Vec<String>>>> = Mutex::new(None);

/// Has every statement of this process seen from now on.
pub(crate) fn watch() {
    database::watch(saw);
}

/// What the request with this id asked of the database, in order; told once.
pub(crate) fn of_request(id: &str) -> Vec<String> {
    asked()
        .get_or_insert_default()
        .remove(id)
        .unwrap_or_default()
}

/// Statements with their counts, a line each, in the order of their first.
pub(crate) fn counted(statements: &[String]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for statement in statements {
        match counts.iter_mut().find(|(text, _)| text == statement) {
            Some((_, count)) => *count += 1,
            None => counts.push((statement, 1)),
        }
    }
    let lines = counts
        .iter()
        .map(|(text, count)| format!("\n{count:>4} × {text}"));
    lines.collect()
}

fn saw(issued: Issued<'_>) {
    match issued {
        Issued::Statement(statement) => {
            recorder::note(statement);
            of_current_request(|| statement.sql.clone());
        }
        Issued::Read(rows) => of_current_request(|| format!("a read by id of {rows}, with others")),
    }
}

fn of_current_request(text: impl FnOnce() -> String) {
    let Some(id) = context::request_id() else {
        return;
    };
    let mut asked = asked();
    let asked = asked.get_or_insert_default();
    if asked.len() >= UNREAD {
        asked.clear();
    }
    asked.entry(id).or_default().push(text());
}

fn asked() -> MutexGuard<'static, Option<HashMap<Box<str>, Vec<String>>>> {
    ASKED.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn statements_are_counted_in_the_order_of_their_first() {
        let statements = ["SELECT b", "SELECT a", "SELECT b"].map(str::to_owned);
        assert_eq!(counted(&statements), "\n   2 × SELECT b\n   1 × SELECT a");
        assert_eq!(counted(&[]), "");
    }
}
