//! Reads the schema that a database has.
//!
//! By the databases' own catalogues: what discovers schemas for sea-orm leaves out conditions and
//! expressions of indexes.

mod postgres;
mod sqlite;

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, QueryResult, Statement};

use crate::{
    Error,
    model::{Both, Column, ForeignKey, Index, Key, Schema, Table},
};

/// The table in which migrations are recorded, which is nobody's.
const VERSIONS: &str = "seaql_migrations";

/// The schema that both databases have.
///
/// # Errors
///
/// When a database cannot be read, or the two differ in more than words.
pub async fn discover(databases: &Both<DatabaseConnection>) -> Result<Schema, Error> {
    discover_beside(databases, &[]).await
}

/// The same without what is made `by_hand` on one database alone: indexes and tables of these names.
///
/// # Errors
///
/// As of [`discover`], or when one of these is on both databases, or on none.
pub async fn discover_beside(
    databases: &Both<DatabaseConnection>,
    by_hand: &[&str],
) -> Result<Schema, Error> {
    let mut postgres = postgres::tables(&databases.postgres).await?;
    let mut sqlite = sqlite::tables(&databases.sqlite).await?;
    for name in by_hand {
        match (removed(&mut postgres, name), removed(&mut sqlite, name)) {
            (true, true) => return Err(Error::OnBoth((*name).to_owned())),
            (false, false) => return Err(Error::OnNone((*name).to_owned())),
            _ => (),
        }
    }
    merge(postgres, sqlite)
}

/// Whether there was a table or an index of this name.
fn removed(found: &mut Found, name: &str) -> bool {
    let mut tables = found.values_mut();
    let is_index = tables.any(|table| table.indexes.remove(name).is_some());
    is_index || found.remove(name).is_some()
}

/// A schema in the words of one database.
type Found = BTreeMap<String, FoundTable>;

#[derive(Default)]
struct FoundTable {
    columns: Vec<FoundColumn>,
    primary_key: Vec<String>,
    indexes: BTreeMap<String, FoundIndex>,
    /// Those of SQLite have no names.
    foreign_keys: Vec<ForeignKey>,
}

struct FoundColumn {
    name: String,
    kind: String,
    is_null: bool,
    default: Option<String>,
    counts: bool,
}

#[derive(Default)]
struct FoundIndex {
    is_unique: bool,
    keys: Vec<FoundKey>,
    condition: Option<String>,
    create: String,
}

struct FoundKey {
    by: String,
    is_column: bool,
    is_descending: bool,
}

async fn rows(
    db: &DatabaseConnection,
    sql: &str,
    table: Option<&str>,
) -> Result<Vec<QueryResult>, DbErr> {
    let values = table.map(|table| table.into());
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    db.query_all_raw(statement).await
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::to_owned).collect()
}

fn merge(postgres: Found, mut sqlite: Found) -> Result<Schema, Error> {
    let mut schema = Schema::new();
    for (name, one) in postgres {
        let other = sqlite.remove(&name);
        let other = other.ok_or_else(|| Error::OneSided("table", name.clone()))?;
        schema.insert(name.clone(), merge_tables(name, one, other)?);
    }
    match sqlite.into_keys().next() {
        Some(name) => Err(Error::OneSided("table", name)),
        None => Ok(schema),
    }
}

fn merge_tables(name: String, one: FoundTable, mut other: FoundTable) -> Result<Table, Error> {
    let unlike = |what: &str| Error::Unlike(format!("{what} of table {name}"));
    let mut columns = Vec::new();
    for column in one.columns {
        let place = (other.columns.iter()).position(|twin| twin.name == column.name);
        let twin = place.map(|place| other.columns.remove(place));
        let twin = twin.filter(|twin| twin.is_null == column.is_null);
        let twin = twin.ok_or_else(|| unlike(&format!("column {}", column.name)))?;
        columns.push(merge_columns(column, twin));
    }
    if let Some(left) = other.columns.first() {
        return Err(unlike(&format!("column {}", left.name)));
    }
    let mut indexes = BTreeMap::new();
    for (index, found) in one.indexes {
        let twin = other.indexes.remove(&index);
        let twin = twin.ok_or_else(|| Error::OneSided("index", index.clone()))?;
        if !is_same(&found, &twin) {
            return Err(unlike(&format!("index {index}")));
        }
        indexes.insert(index.clone(), merge_indexes(index, found, twin));
    }
    if let Some(left) = other.indexes.into_keys().next() {
        return Err(Error::OneSided("index", left));
    }
    let mut foreign_keys = BTreeMap::new();
    for key in one.foreign_keys {
        let place = (other.foreign_keys.iter()).position(|twin| {
            ForeignKey {
                name: key.name.clone(),
                ..twin.clone()
            } == key
        });
        let place = place.ok_or_else(|| unlike(&format!("foreign key {}", key.name)))?;
        other.foreign_keys.remove(place);
        foreign_keys.insert(key.name.clone(), key);
    }
    if let Some(left) = other.foreign_keys.first() {
        return Err(unlike(&format!("foreign key of {:?}", left.columns)));
    }
    if one.primary_key != other.primary_key {
        return Err(unlike("primary key"));
    }
    Ok(Table {
        name,
        columns,
        primary_key: one.primary_key,
        indexes,
        foreign_keys,
    })
}

fn merge_columns(one: FoundColumn, other: FoundColumn) -> Column {
    Column {
        name: one.name,
        kind: Both {
            postgres: one.kind,
            sqlite: other.kind,
        },
        is_null: one.is_null,
        default: Both {
            postgres: one.default,
            sqlite: other.default,
        },
        counts: one.counts,
    }
}

fn is_same(one: &FoundIndex, other: &FoundIndex) -> bool {
    one.is_unique == other.is_unique
        && one.condition.is_some() == other.condition.is_some()
        && one.keys.len() == other.keys.len()
        && one.keys.iter().zip(&other.keys).all(|(key, twin)| {
            key.is_column == twin.is_column
                && key.is_descending == twin.is_descending
                && (!key.is_column || key.by == twin.by)
        })
}

fn merge_indexes(name: String, one: FoundIndex, other: FoundIndex) -> Index {
    let keys = one.keys.into_iter().zip(other.keys);
    Index {
        name,
        is_unique: one.is_unique,
        keys: keys
            .map(|(key, twin)| Key {
                is_column: key.is_column,
                is_descending: key.is_descending,
                by: Both {
                    postgres: key.by,
                    sqlite: twin.by,
                },
            })
            .collect(),
        condition: Both {
            postgres: one.condition,
            sqlite: other.condition,
        },
        create: Both {
            postgres: one.create,
            sqlite: other.create,
        },
    }
}
