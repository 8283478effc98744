//! A table as source.

use super::{column, file::Parts};
use crate::{
    Error,
    model::{Column, ForeignKey, Table},
};

/// Writes the function that tells a table, once, and answers its name.
pub(super) fn created(table: &Table, parts: &mut Parts) -> Result<String, Error> {
    // The names that a file has anyway.
    let is_taken = ["columns", "indexes", "alter"].contains(&table.name.as_str())
        || (table.columns.iter()).any(|column| {
            crate::kind::Kind::of(column).is_some_and(|kind| kind.helper == table.name)
        });
    let name = match is_taken {
        true => format!("table_{}", table.name),
        false => table.name.clone(),
    };
    let mut lines = format!(
        "fn {name}() -> TableCreateStatement {{\nTable::create()\n.table(\"{}\")\n",
        table.name
    );
    for column in &table.columns {
        lines.push_str(&format!(".col({})\n", of_table(table, column, parts)?));
    }
    if table.primary_key.len() > 1 {
        let columns: String = (table.primary_key.iter())
            .map(|column| format!(r#".col("{column}")"#))
            .collect();
        lines.push_str(&format!(".primary_key(Index::create(){columns})\n"));
    }
    for key in table.foreign_keys.values() {
        lines.push_str(&format!(
            ".foreign_key({})\n",
            foreign_key(&table.name, key)
        ));
    }
    lines.push_str(".take()\n}\n");
    if !parts.functions.iter().any(|(other, _)| *other == name) {
        parts.functions.push((name.clone(), lines));
    }
    Ok(name)
}

/// A foreign key of `table`.
pub(super) fn foreign_key(table: &str, key: &ForeignKey) -> String {
    let mut text = format!("ForeignKey::create()\n.name(\"{}\")\n", key.name);
    match (key.columns.as_slice(), key.referred.as_slice()) {
        ([column], [referred]) => text.push_str(&format!(
            ".from(\"{table}\", \"{column}\")\n.to(\"{}\", \"{referred}\")\n",
            key.table
        )),
        (columns, referred) => {
            let columns: String = columns
                .iter()
                .map(|name| format!(".from_col(\"{name}\")\n"))
                .collect();
            let referred: String = referred
                .iter()
                .map(|name| format!(".to_col(\"{name}\")\n"))
                .collect();
            text.push_str(&format!(
                ".from_tbl(\"{table}\")\n{columns}.to_tbl(\"{}\")\n{referred}",
                key.table
            ));
        }
    }
    for (method, sql) in [("on_delete", &key.on_delete), ("on_update", &key.on_update)] {
        if let Some(action) = action(sql) {
            text.push_str(&format!(".{method}(ForeignKeyAction::{action})\n"));
        }
    }
    text.trim_end().to_owned()
}

fn of_table(table: &Table, column: &Column, parts: &mut Parts) -> Result<String, Error> {
    let is_key = table.primary_key == [column.name.clone()];
    let code = column::code(&table.name, column, parts)?;
    if is_key && code == r#"uuid("id")"# {
        parts.ours.insert("columns");
        return Ok("columns::id()".to_owned());
    }
    let key = if is_key { ".primary_key()" } else { "" };
    let counts = if column.counts {
        ".auto_increment()"
    } else {
        ""
    };
    Ok(format!("{code}{key}{counts}"))
}

fn action(sql: &str) -> Option<&'static str> {
    match sql {
        "CASCADE" => Some("Cascade"),
        "SET NULL" => Some("SetNull"),
        "SET DEFAULT" => Some("SetDefault"),
        "RESTRICT" => Some("Restrict"),
        _ => None,
    }
}
