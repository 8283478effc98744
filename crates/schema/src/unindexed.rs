//! Foreign keys that no index serves.

use crate::model::{ForeignKey, Index, Schema, Table};

/// A sentence for each foreign key by whose columns no index of all rows begins. Whoever deletes the row that is referred to
/// has the database look for those that refer, and without an index it reads the table from end to end: neither PostgreSQL
/// nor SQLite makes one by itself.
pub fn unindexed(schema: &Schema) -> Vec<String> {
    let mut sentences = Vec::new();
    for table in schema.values() {
        let without = |key: &&ForeignKey| !is_served(table, &key.columns);
        for key in table.foreign_keys.values().filter(without) {
            sentences.push(format!(
                "`{}` refers to `{}` by `{}`, and no index over all rows begins with it: add `Index::on({:?})` to the entity",
                table.name,
                key.table,
                key.columns.join("`, `"),
                key.columns,
            ));
        }
    }
    sentences
}

fn is_served(table: &Table, columns: &[String]) -> bool {
    let begins = |keys: &[&str]| {
        let first = keys.get(..columns.len());
        first.is_some_and(|first| {
            columns
                .iter()
                .all(|column| first.contains(&column.as_str()))
        })
    };
    let primary: Vec<_> = table.primary_key.iter().map(String::as_str).collect();
    let is_over_all = |index: &&Index| index.condition.postgres.is_none();
    begins(&primary)
        || (table.indexes.values().filter(is_over_all)).any(|index| begins(&columns_of(index)))
}

/// The columns that an index begins with, up to the first expression.
fn columns_of(index: &Index) -> Vec<&str> {
    let columns = index.keys.iter().take_while(|key| key.is_column);
    columns.map(|key| key.by.postgres.as_str()).collect()
}
