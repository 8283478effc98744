//! The check of every statement that the tests saw the code issue: whether one reads a table from
//! end to end, and gets slower with every row. `docs/queries.md` says how to read its findings.

mod declared;
mod fill;
mod functions;
mod plan;
mod recording;
mod sqlite;

use std::{collections::BTreeSet, path::Path};

use crate::{Backend, measure::in_a_world};
use declared::Declared;
use functions::Functions;

use fill::ROWS;
pub use plan::Planner;
pub use recording::Statement;

/// A table that a statement reads from end to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The table.
    pub table: String,
    /// How it is read: `reads every row`.
    pub what: &'static str,
    /// The database's plan for the statement.
    pub plan: String,
}

impl Scan {
    fn new(table: &str, what: &'static str) -> Self {
        Self {
            table: table.to_owned(),
            what,
            plan: String::new(),
        }
    }
}

/// What the check has to say.
#[derive(Debug)]
pub struct Report {
    /// How many different statements were looked at, on either database.
    pub statements: usize,
    /// What is wrong, each with what to do about it.
    pub findings: Vec<String>,
}

/// Checks what was recorded in `folder` against the sources and declarations below `root`. With a
/// crate's name, `of` alone: what else was recorded need not be all that there is.
///
/// # Errors
///
/// When nothing was recorded, or the declarations cannot be read; in words.
///
/// # Panics
/// When there is no PostgreSQL, or it cannot be used.
pub fn check(folder: &Path, root: &Path, of: Option<&str>) -> Result<Report, String> {
    let functions = Functions::below(root)?;
    let declared = Declared::below(root)?;
    let recorded = recording::read(folder)?;
    let is_meant = |function: &str| of.is_none_or(|of| function.split("::").next() == Some(of));
    let mut statements = recording::distinct(&recorded, &functions);
    statements.retain(|statement| is_meant(&statement.function));
    let mut findings = Vec::new();
    let mut needed = BTreeSet::new();
    let mut told_of = BTreeSet::new();
    for (statement, scans) in scans(&statements) {
        let scans = match scans {
            Ok(scans) => scans,
            Err(error) => {
                findings.push(unplanned(statement, &error));
                continue;
            }
        };
        for scan in scans {
            let key = (statement.function.clone(), scan.table.clone());
            // Of a function's statements that differ in an order or a filter, one says it all.
            let is_news = told_of.insert((key.clone(), scan.what));
            if is_news && !declared.has_scan(&key) {
                findings.push(told(statement, &scan));
            }
            needed.insert(key);
        }
    }
    findings.sort();
    let unseen = functions.unseen(&recorded);
    findings.extend(
        unseen
            .iter()
            .filter(|name| is_meant(name) && !declared.has_unseen(name))
            .map(|name| unseen_told(name)),
    );
    if of.is_none() {
        findings.extend(declared.stale(&needed, &unseen));
    }
    Ok(Report {
        statements: statements.len(),
        findings,
    })
}

type Scans<'a> = Vec<(&'a Statement, Result<Vec<Scan>, String>)>;

/// What each statement scans, as its own database plans it.
fn scans(statements: &[Statement]) -> Scans<'_> {
    let of = |backend| statements.iter().filter(move |one| one.backend == backend);
    let mut all = in_a_world(Backend::Postgres, async |world| {
        let mut planner = Planner::open(world.database_url()).await;
        planner.fill(ROWS).await;
        let mut all = Scans::new();
        for statement in of(Backend::Postgres) {
            let scans = planner.scans(statement).await;
            all.push((statement, scans.map_err(|error| error.to_string())));
        }
        all
    });
    all.extend(in_a_world(Backend::Sqlite, async |world| {
        let mut all = Scans::new();
        for statement in of(Backend::Sqlite) {
            let scans = sqlite::scans(&world, statement).await;
            all.push((statement, scans.map_err(|error| error.to_string())));
        }
        all
    }));
    all
}

fn told(statement: &Statement, scan: &Scan) -> String {
    let Statement {
        function,
        place,
        sql,
        backend,
        ..
    } = statement;
    let Scan { table, what, plan } = scan;
    format!(
        "{function} {what} of `{table}` on {backend:?} ({place}):\n{sql}\n{plan}\n\
         → give `{table}` an index that begins with what the statement compares, and goes on with \
         what it orders by; or declare in {} why it may: | `{function}` | `{table}` | … |",
        declared::FILE
    )
}

fn unplanned(statement: &Statement, error: &str) -> String {
    let Statement {
        function,
        place,
        sql,
        backend,
        ..
    } = statement;
    format!("{backend:?} has no plan for a statement of {function} ({place}): {error}\n{sql}")
}

fn unseen_told(name: &str) -> String {
    format!(
        "{name} issues no statement in any test on PostgreSQL, so nothing is known of its plan\n\
         → test it; or declare in {} why not: | `{name}` | … |",
        declared::FILE
    )
}
