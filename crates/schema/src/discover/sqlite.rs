//! SQLite's catalogue.

use sea_orm::{DatabaseConnection, DbErr};

use super::{Found, FoundColumn, FoundIndex, FoundKey, FoundTable, VERSIONS, rows};
use crate::{
    Error,
    model::ForeignKey,
    sql::{index_parts, undirected, unwrapped},
};

/// Without those in which a virtual table keeps what it has.
const TABLES: &str = r"
    SELECT name, sql LIKE '%AUTOINCREMENT%' AS counts FROM sqlite_master
    WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
        AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')";

const COLUMNS: &str = r#"
    SELECT name, lower(type) AS kind, "notnull" AS not_null, dflt_value AS "default", pk
    FROM pragma_table_xinfo($1) ORDER BY cid"#;

const INDEXES: &str = r#"
    SELECT l.name, l."unique" AS is_unique, l.origin, m.sql FROM pragma_index_list($1) l
    LEFT JOIN sqlite_master m ON m.type = 'index' AND m.name = l.name"#;

const KEYS: &str = r#"
    SELECT name, "desc" AS is_descending FROM pragma_index_xinfo($1) WHERE "key" = 1 ORDER BY seqno"#;

/// A row for each column of each key.
const FOREIGN_KEYS: &str = r#"
    SELECT id, "table" AS referred_table, "from" AS "column", coalesce("to", '') AS referred, on_update, on_delete
    FROM pragma_foreign_key_list($1) ORDER BY id, seq"#;

pub(super) async fn tables(db: &DatabaseConnection) -> Result<Found, Error> {
    let mut found = Found::new();
    for row in rows(db, TABLES, None).await? {
        let name: String = row.try_get("", "name")?;
        let counts: i64 = row.try_get("", "counts")?;
        let mut table = FoundTable::default();
        columns(db, &name, counts != 0, &mut table).await?;
        indexes(db, &name, &mut table).await?;
        foreign_keys(db, &name, &mut table).await?;
        found.insert(name, table);
    }
    found.remove(VERSIONS);
    Ok(found)
}

async fn columns(
    db: &DatabaseConnection,
    name: &str,
    counts: bool,
    table: &mut FoundTable,
) -> Result<(), DbErr> {
    let mut keys: Vec<(i64, String)> = Vec::new();
    for row in rows(db, COLUMNS, Some(name)).await? {
        let column: String = row.try_get("", "name")?;
        let (not_null, key): (i64, i64) = (row.try_get("", "not_null")?, row.try_get("", "pk")?);
        let default: Option<String> = row.try_get("", "default")?;
        if key > 0 {
            keys.push((key, column.clone()));
        }
        table.columns.push(FoundColumn {
            name: column,
            kind: row.try_get("", "kind")?,
            is_null: not_null == 0,
            default: default
                .map(|sql| unwrapped(&sql).to_owned())
                .filter(|sql| !sql.eq_ignore_ascii_case("null")),
            counts: counts && key > 0,
        });
    }
    keys.sort();
    table.primary_key = keys.into_iter().map(|(_, column)| column).collect();
    Ok(())
}

async fn indexes(db: &DatabaseConnection, name: &str, table: &mut FoundTable) -> Result<(), Error> {
    for row in rows(db, INDEXES, Some(name)).await? {
        let origin: String = row.try_get("", "origin")?;
        match origin.as_str() {
            "pk" => continue,
            "u" => return Err(Error::Constraint(name.to_owned())),
            _ => (),
        }
        let index: String = row.try_get("", "name")?;
        let is_unique: i64 = row.try_get("", "is_unique")?;
        let create: String = row.try_get("", "sql")?;
        let mut found = FoundIndex {
            is_unique: is_unique != 0,
            ..FoundIndex::default()
        };
        let (texts, condition) = index_parts(&create)
            .ok_or_else(|| Error::Unreadable(format!("the index {index}: {create}")))?;
        found.condition = condition.map(|sql| unwrapped(sql).to_owned());
        for (key, text) in rows(db, KEYS, Some(&index)).await?.iter().zip(texts) {
            let column: Option<String> = key.try_get("", "name")?;
            let is_descending: i64 = key.try_get("", "is_descending")?;
            found.keys.push(FoundKey {
                is_column: column.is_some(),
                by: column.unwrap_or_else(|| crate::sql::plain(unwrapped(undirected(text)))),
                is_descending: is_descending != 0,
            });
        }
        found.create = create;
        table.indexes.insert(index, found);
    }
    Ok(())
}

async fn foreign_keys(
    db: &DatabaseConnection,
    name: &str,
    table: &mut FoundTable,
) -> Result<(), DbErr> {
    let mut last = None;
    for row in rows(db, FOREIGN_KEYS, Some(name)).await? {
        let id: i64 = row.try_get("", "id")?;
        if last.replace(id) != Some(id) {
            table.foreign_keys.push(ForeignKey {
                name: String::new(),
                columns: Vec::new(),
                table: row.try_get("", "referred_table")?,
                referred: Vec::new(),
                on_delete: row.try_get("", "on_delete")?,
                on_update: row.try_get("", "on_update")?,
            });
        }
        if let Some(key) = table.foreign_keys.last_mut() {
            key.columns.push(row.try_get("", "column")?);
            key.referred.push(row.try_get("", "referred")?);
        }
    }
    Ok(())
}
