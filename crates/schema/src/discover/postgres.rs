//! PostgreSQL's catalogue.

use sea_orm::{DatabaseConnection, DbErr, QueryResult};

use super::{Found, FoundColumn, FoundIndex, FoundKey, FoundTable, VERSIONS, list, rows};
use crate::{Error, model::ForeignKey};

const COLUMNS: &str = "
    SELECT t.relname::text AS table, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS kind,
           NOT a.attnotnull AS is_null, pg_get_expr(d.adbin, d.adrelid) AS default,
           a.attidentity <> '' AS counts
    FROM pg_class t
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
    WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace
    ORDER BY t.relname, a.attnum";

/// A row for each key of each index.
const INDEXES: &str = "
    SELECT t.relname::text AS table, i.relname::text AS name, x.indisunique AS is_unique, x.indisprimary AS is_primary,
           EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = x.indexrelid AND c.contype IN ('u', 'x')) AS is_constraint,
           pg_get_indexdef(x.indexrelid) AS create, pg_get_expr(x.indpred, x.indrelid, true) AS condition,
           coalesce(a.attname::text, pg_get_indexdef(x.indexrelid, k, true)) AS by, a.attname IS NOT NULL AS is_column,
           x.indoption[k - 1] & 1 = 1 AS is_descending, current_schema()::text AS schema
    FROM pg_index x
    JOIN pg_class t ON t.oid = x.indrelid
    JOIN pg_class i ON i.oid = x.indexrelid
    CROSS JOIN LATERAL generate_series(1, x.indnkeyatts) k
    LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[k - 1] AND a.attnum > 0
    WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace
    ORDER BY t.relname, i.relname, k";

const FOREIGN_KEYS: &str = "
    SELECT t.relname::text AS table, c.conname::text AS name, r.relname::text AS referred_table,
           c.confdeltype::text AS on_delete, c.confupdtype::text AS on_update,
           (SELECT string_agg(a.attname, ',' ORDER BY k.place)
            FROM unnest(c.conkey) WITH ORDINALITY k (number, place)
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number) AS columns,
           (SELECT string_agg(a.attname, ',' ORDER BY k.place)
            FROM unnest(c.confkey) WITH ORDINALITY k (number, place)
            JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = k.number) AS referred
    FROM pg_constraint c
    JOIN pg_class t ON t.oid = c.conrelid
    JOIN pg_class r ON r.oid = c.confrelid
    WHERE c.contype = 'f' AND t.relnamespace = current_schema()::regnamespace
    ORDER BY t.relname, c.conname";

pub(super) async fn tables(db: &DatabaseConnection) -> Result<Found, Error> {
    let mut found = Found::new();
    for row in rows(db, COLUMNS, None).await? {
        let table: &mut FoundTable = found.entry(row.try_get("", "table")?).or_default();
        table.columns.push(column(&row)?);
    }
    for row in rows(db, INDEXES, None).await? {
        let name: String = row.try_get("", "table")?;
        let table = found.entry(name.clone()).or_default();
        if row.try_get("", "is_primary")? {
            table.primary_key.push(row.try_get("", "by")?);
            continue;
        }
        if row.try_get("", "is_constraint")? {
            return Err(Error::Constraint(name));
        }
        let index = table.indexes.entry(row.try_get("", "name")?);
        let index: &mut FoundIndex = index.or_default();
        key(index, &row)?;
    }
    for row in rows(db, FOREIGN_KEYS, None).await? {
        let table = found.entry(row.try_get("", "table")?).or_default();
        table.foreign_keys.push(foreign_key(&row)?);
    }
    found.remove(VERSIONS);
    Ok(found)
}

fn column(row: &QueryResult) -> Result<FoundColumn, DbErr> {
    let default: Option<String> = row.try_get("", "default")?;
    Ok(FoundColumn {
        name: row.try_get("", "name")?,
        kind: row.try_get("", "kind")?,
        is_null: row.try_get("", "is_null")?,
        default: default.map(|sql| without_cast(&sql).to_owned()),
        counts: row.try_get("", "counts")?,
    })
}

/// `'todo'::character varying` is the text alone: which type it is of is known from the column.
fn without_cast(default: &str) -> &str {
    let text = default.strip_prefix('\'');
    let end = text.and_then(|text| text.rfind('\''));
    match end {
        Some(end) if default[end + 2..].starts_with("::") => &default[..end + 2],
        _ => default,
    }
}

fn key(index: &mut FoundIndex, row: &QueryResult) -> Result<(), DbErr> {
    let create: String = row.try_get("", "create")?;
    let schema: String = row.try_get("", "schema")?;
    index.create = create.replacen(&format!(" ON {schema}."), " ON ", 1);
    index.is_unique = row.try_get("", "is_unique")?;
    index.condition = row.try_get("", "condition")?;
    index.keys.push(FoundKey {
        by: row.try_get("", "by")?,
        is_column: row.try_get("", "is_column")?,
        is_descending: row.try_get("", "is_descending")?,
    });
    Ok(())
}

fn foreign_key(row: &QueryResult) -> Result<ForeignKey, DbErr> {
    let columns: String = row.try_get("", "columns")?;
    let referred: String = row.try_get("", "referred")?;
    let on_delete: String = row.try_get("", "on_delete")?;
    let on_update: String = row.try_get("", "on_update")?;
    Ok(ForeignKey {
        name: row.try_get("", "name")?,
        columns: list(&columns),
        table: row.try_get("", "referred_table")?,
        referred: list(&referred),
        on_delete: action(&on_delete).to_owned(),
        on_update: action(&on_update).to_owned(),
    })
}

/// An action in the words of SQL.
fn action(letter: &str) -> &'static str {
    match letter {
        "c" => "CASCADE",
        "n" => "SET NULL",
        "d" => "SET DEFAULT",
        "r" => "RESTRICT",
        _ => "NO ACTION",
    }
}

#[cfg(test)]
mod tests {
    use super::without_cast;

    #[test]
    fn a_default_is_told_without_its_type() {
        assert_eq!(without_cast("'todo'::character varying"), "'todo'");
        assert_eq!(without_cast("'it''s'::text"), "'it''s'");
        assert_eq!(without_cast("2"), "2");
        assert_eq!(without_cast("now()"), "now()");
        assert_eq!(without_cast("'a'::text || 'b'::text"), "'a'::text || 'b'");
    }
}
