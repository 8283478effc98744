//! What test runs recorded.

use std::{collections::BTreeMap, fs, io, path::Path};

use super::functions::Functions;
use crate::{Backend, statements::Recorded};

/// One statement, whose text stands for all that differ from it in how many values they list.
#[derive(Clone, Debug)]
pub struct Statement {
    /// On which database.
    pub backend: Backend,
    /// Its text, with placeholders.
    pub sql: String,
    /// PostgreSQL's types of its parameters.
    pub types: Vec<String>,
    /// The function that asks: `projects::repository::task::list`.
    pub function: String,
    /// Where it does: `crates/domains/projects/src/repository/task.rs:68`.
    pub place: String,
}

/// Everything in `folder`.
pub(super) fn read(folder: &Path) -> Result<Vec<Recorded>, String> {
    let failed = |error: io::Error| format!("{}: {error}", folder.display());
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path
            .extension()
            .is_none_or(|extension| extension != "jsonl")
        {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(failed)?;
        for line in text.lines() {
            let recorded = serde_json::from_str(line);
            all.push(recorded.map_err(|error| format!("{}: {error}", path.display()))?);
        }
    }
    for backend in [Backend::Postgres, Backend::Sqlite] {
        if !all.iter().any(|one: &Recorded| one.backend == backend) {
            return Err(format!(
                "no statement on {backend:?} was recorded in {}",
                folder.display()
            ));
        }
    }
    Ok(all)
}

/// The different statements that have plans to speak of, each with the function that issues it.
pub(super) fn distinct(recorded: &[Recorded], functions: &Functions) -> Vec<Statement> {
    let mut all: BTreeMap<String, Statement> = BTreeMap::new();
    for one in recorded.iter().filter(|one| has_a_plan(&one.sql)) {
        let (mut function, place) = functions.origin(&one.places);
        function.push_str(kind(&one.sql));
        let key = format!("{:?} {function} {}", one.backend, shape(&one.sql));
        let statement = Statement {
            backend: one.backend,
            sql: one.sql.clone(),
            types: one.types.clone(),
            function,
            place,
        };
        // The shortest: a list of two says as much as one of a thousand.
        let known = all.entry(key).or_insert_with(|| statement.clone());
        if statement.sql.len() < known.sql.len() {
            *known = statement;
        }
    }
    all.into_values().collect()
}

/// What is declared apart from a function's other statements: a total, for which all rows are
/// looked at, and a search for a part of a text, for which no order of texts is of use.
fn kind(sql: &str) -> &'static str {
    if sql.starts_with("SELECT COUNT(*)") {
        " (count)"
    } else if sql.contains(" LIKE ") || sql.contains(" ILIKE ") {
        " (search)"
    } else {
        ""
    }
}

fn has_a_plan(sql: &str) -> bool {
    let first = sql
        .trim_start()
        .split([' ', '\n', '('])
        .next()
        .unwrap_or_default();
    let verbs = ["select", "with", "insert", "update", "delete"];
    // Rows that are written as values are looked up nowhere.
    let is_values = first.eq_ignore_ascii_case("insert") && !sql.to_lowercase().contains("select");
    verbs.iter().any(|verb| first.eq_ignore_ascii_case(verb)) && !is_values
}

/// The text with each list of placeholders as one, numbers left out: also that of the limit, which
/// is a literal.
fn shape(sql: &str) -> String {
    let digit = |c: char| c.is_ascii_digit();
    let sql = sql.trim_end_matches(digit);
    let mut shape = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(at) = rest.find(['$', '?']) {
        let (before, after) = rest.split_at(at);
        let end = after[1..]
            .find(|c: char| !c.is_ascii_digit())
            .map_or(after.len(), |end| end + 1);
        let is_next = before.trim() == "," && shape.ends_with('$');
        if !is_next {
            shape.push_str(before);
            shape.push('$');
        }
        rest = &after[end..];
    }
    shape + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_values_have_one_shape_whatever_their_length() {
        let one = shape("SELECT a FROM t WHERE a IN ($1) AND b = $2 LIMIT 3");
        assert_eq!(one, "SELECT a FROM t WHERE a IN ($) AND b = $ LIMIT ");
        assert_eq!(
            one,
            shape("SELECT a FROM t WHERE a IN ($1, $2, $3) AND b = $4 LIMIT 3")
        );
        assert_eq!(
            one,
            shape("SELECT a FROM t WHERE a IN (?, ?) AND b = ? LIMIT 3")
        );
    }

    #[test]
    fn what_looks_nothing_up_has_no_plan() {
        assert!(has_a_plan("SELECT 1"));
        assert!(has_a_plan("WITH x AS (SELECT 1) DELETE FROM t"));
        assert!(has_a_plan("INSERT INTO t SELECT * FROM u"));
        assert!(!has_a_plan("INSERT INTO t (a) VALUES ($1)"));
        assert!(!has_a_plan("SET x = 1"));
    }
}
