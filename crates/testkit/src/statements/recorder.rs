//! Writes down each distinct statement of this process, for the check of all of them.

use std::{
    collections::HashMap,
    fs::File,
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    path::PathBuf,
    sync::{Mutex, OnceLock, PoisonError},
};

use ashlar_core::ids::Id;
use sea_orm::{DatabaseBackend, Statement, Value, Values};
use serde::{Deserialize, Serialize};

use super::origin::{self, Place};
use crate::Backend;

/// The variable that names the folder into which every process of a test run writes; without it
/// nothing is recorded.
const FOLDER: &str = "TEST_QUERIES";

/// A statement as it was recorded.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Recorded {
    /// Its text, with placeholders.
    pub(crate) sql: String,
    /// PostgreSQL's types of its parameters, in order.
    pub(crate) types: Vec<String>,
    /// Where in the workspace it was issued, the innermost place first.
    pub(crate) places: Vec<Place>,
    /// On which database.
    pub(crate) backend: Backend,
}

/// How often it is found out who issues a statement, as long as it is tests that do: the code may
/// have the same, and come later. Each look takes about a millisecond.
const LOOKS: u8 = 50;

/// How many looks are left for each statement, and the file of this process.
struct Record {
    looks: HashMap<u64, u8>,
    file: File,
}

/// Writes down `statement` if it is not written down yet, and no test's own.
pub(super) fn note(statement: &Statement) {
    let Some(record) = record() else {
        return;
    };
    let mut record = record.lock().unwrap_or_else(PoisonError::into_inner);
    let backend = match statement.db_backend {
        DatabaseBackend::Postgres => Backend::Postgres,
        _ => Backend::Sqlite,
    };
    let mut hasher = DefaultHasher::new();
    // One without parameters reads alike on both databases, and has a plan on each.
    (backend == Backend::Postgres, &statement.sql).hash(&mut hasher);
    let looks = record.looks.entry(hasher.finish()).or_insert(LOOKS);
    if *looks == 0 {
        return;
    }
    let places = origin::places();
    if origin::is_a_tests_own(&places) {
        *looks -= 1;
        return;
    }
    *looks = 0;
    let recorded = Recorded {
        sql: statement.sql.clone(),
        types: types(statement.values.as_ref()),
        places,
        backend,
    };
    let mut line = serde_json::to_string(&recorded).unwrap();
    line.push('\n');
    // In one piece, so that a process that is killed leaves no half of a line.
    record.file.write_all(line.as_bytes()).unwrap();
}

fn record() -> Option<&'static Mutex<Record>> {
    static RECORD: OnceLock<Option<Mutex<Record>>> = OnceLock::new();
    let open = || {
        let path = folder()?.join(format!("{}.jsonl", Id::<()>::new()));
        let file =
            File::create(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let looks = HashMap::new();
        Some(Mutex::new(Record { looks, file }))
    };
    RECORD.get_or_init(open).as_ref()
}

/// The variable, as it is passed on to a process that is to record too.
pub(crate) fn variable() -> Option<(&'static str, PathBuf)> {
    Some((FOLDER, folder()?))
}

#[expect(
    clippy::disallowed_methods,
    reason = "it is a setting of tests, not of the program"
)]
fn folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER)
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
}

/// What sqlx tells PostgreSQL of the values' types.
fn types(values: Option<&Values>) -> Vec<String> {
    let values = values.map_or(&[][..], |values| &values.0);
    values.iter().map(type_of).collect()
}

fn type_of(value: &Value) -> String {
    match value {
        Value::Array(element, _) => format!("{}[]", named(&format!("{element:?}"))),
        other => {
            let text = format!("{other:?}");
            // `Uuid(Some(…))`: what stands before the parenthesis.
            named(text.split('(').next().unwrap_or_default()).to_owned()
        }
    }
}

/// PostgreSQL's type for a kind of value, by the name that sea-query has for it.
fn named(kind: &str) -> &'static str {
    match kind {
        "Bool" => "bool",
        "TinyInt" | "SmallInt" | "TinyUnsigned" => "int2",
        "Int" | "SmallUnsigned" => "int4",
        "BigInt" | "Unsigned" | "BigUnsigned" => "int8",
        "Float" => "float4",
        "Double" => "float8",
        "Bytes" => "bytea",
        "Json" => "jsonb",
        "ChronoDate" => "date",
        "ChronoTime" => "time",
        "ChronoDateTime" => "timestamp",
        "ChronoDateTimeUtc" | "ChronoDateTimeLocal" | "ChronoDateTimeWithTimeZone" => "timestamptz",
        "Uuid" => "uuid",
        "String" | "Char" => "text",
        // Left to PostgreSQL to find out.
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use ashlar_core::clock::Clock;

    use super::*;

    #[test]
    fn types_are_those_that_the_driver_sends() {
        let ids = vec![Id::<()>::new().as_uuid()];
        let values = Values(vec![
            Value::from(ids[0]),
            Value::from(ids),
            Value::from("text"),
            Value::from(None::<String>),
            Value::from(Clock::system().now()),
            Value::from(1_i16),
            Value::from(1_u64),
        ]);
        let expected = [
            "uuid",
            "uuid[]",
            "text",
            "text",
            "timestamptz",
            "int2",
            "int8",
        ];
        assert_eq!(types(Some(&values)), expected);
    }
}
