//! A schema as both databases have it.

use std::collections::BTreeMap;

use crate::sql::plain;

/// The same thing in the words of each database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Both<T> {
    /// PostgreSQL's.
    pub postgres: T,
    /// SQLite's.
    pub sqlite: T,
}

/// Tables by their names.
pub type Schema = BTreeMap<String, Table>;

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in their order.
    pub columns: Vec<Column>,
    /// The columns of its primary key.
    pub primary_key: Vec<String>,
    /// Its indexes beside the primary key, by name.
    pub indexes: BTreeMap<String, Index>,
    /// Its foreign keys, by name.
    pub foreign_keys: BTreeMap<String, ForeignKey>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, as the database spells it.
    pub kind: Both<String>,
    /// Whether it may be null.
    pub is_null: bool,
    /// Its default in SQL.
    pub default: Both<Option<String>>,
    /// Whether the database counts it up.
    pub counts: bool,
}

/// An index.
#[derive(Clone, Debug)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Whether its values are in one row only.
    pub is_unique: bool,
    /// What it is sorted by.
    pub keys: Vec<Key>,
    /// Which rows it is over, in SQL.
    pub condition: Both<Option<String>>,
    /// The statement that creates it.
    pub create: Both<String>,
}

/// What an index is sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// A column's name, or an expression in SQL.
    pub by: Both<String>,
    /// Whether it is a column.
    pub is_column: bool,
    /// Whether the highest comes first.
    pub is_descending: bool,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// Its name.
    pub name: String,
    /// The columns that refer.
    pub columns: Vec<String>,
    /// The table that they refer to.
    pub table: String,
    /// The columns there.
    pub referred: Vec<String>,
    /// What happens to the row when the one it refers to is deleted: `CASCADE` and the like.
    pub on_delete: String,
    /// What happens when that one gets another key.
    pub on_update: String,
}

/// How a statement was spelt does not count, only what it makes.
impl PartialEq for Index {
    fn eq(&self, other: &Self) -> bool {
        let of = |index: &Self| {
            let condition = index.condition.sqlite.as_deref().map(plain);
            (index.is_unique, index.condition.postgres.clone(), condition)
        };
        self.name == other.name && of(self) == of(other) && self.keys == other.keys
    }
}

impl Eq for Index {}

impl Index {
    /// Whether it does what the other does: it holds the same unique, or serves the same queries.
    pub(crate) fn stands_for(&self, other: &Self) -> bool {
        let is_over_same = self.condition.postgres == other.condition.postgres
            && other.condition.sqlite.as_deref().map(plain)
                == self.condition.sqlite.as_deref().map(plain);
        is_over_same
            && match other.is_unique {
                true => self.is_unique && self.keys == other.keys,
                false => self.keys.starts_with(&other.keys),
            }
    }

    /// How an entity declares it as one of `table`.
    pub(crate) fn declaration(&self, table: &str) -> String {
        let (prefix, begin) = match self.is_unique {
            true => ("ux", "Index::unique"),
            false => ("ix", "Index::on"),
        };
        let is_plain = |key: &&Key| key.is_column && !key.is_descending;
        let columns: Vec<_> = self.keys.iter().map(|key| key.by.sqlite.as_str()).collect();
        let first = self.keys.iter().take_while(is_plain).count();
        let mut text = format!("{begin}({:?})", &columns[..first]);
        for key in &self.keys[first..] {
            let (postgres, sqlite) = (&key.by.postgres, &key.by.sqlite);
            text += &match (key.is_column, key.is_descending) {
                (true, false) => format!(".then({sqlite:?})"),
                (true, true) => format!(".then_descending({sqlite:?})"),
                (false, _) => format!(".then_expression(\"expression\", {postgres:?}, {sqlite:?})"),
            };
        }
        if let Some(condition) = &self.condition.sqlite {
            text += &format!(".over({condition:?})");
        }
        if self.name != format!("{prefix}_{table}_{}", columns.join("_")) {
            text += &format!(".named({:?})", self.name);
        }
        text
    }
}

impl Table {
    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}
