//! What a migration does, one step at a time, and what undoes it.

use crate::{
    kind::Kind,
    model::{Column, ForeignKey, Index, Table},
};

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A table comes, with its indexes.
    CreateTable(Table),
    /// A table goes.
    DropTable(Table),
    /// A table gets another name.
    RenameTable {
        /// The one that it had.
        old: String,
        /// The one that it gets.
        new: String,
    },
    /// A column gets another name.
    RenameColumn {
        /// The table.
        table: String,
        /// The name that it had.
        old: String,
        /// The name that it gets.
        new: String,
    },
    /// A column comes.
    AddColumn {
        /// The table.
        table: String,
        /// The column.
        column: Column,
        /// Whether rows that are there get a value that says nothing, when the column has no
        /// default and cannot be null.
        fills: bool,
    },
    /// A column goes.
    DropColumn {
        /// The table.
        table: String,
        /// The column.
        column: Column,
    },
    /// An index comes.
    CreateIndex {
        /// The table.
        table: String,
        /// The index.
        index: Index,
    },
    /// An index goes.
    DropIndex {
        /// The table.
        table: String,
        /// The index.
        index: Index,
        /// Whether no other does what it did.
        is_lost: bool,
    },
    /// What SQLite builds the table anew for.
    Rework {
        /// The table.
        table: String,
        /// The changes.
        changes: Vec<Rework>,
    },
}

/// A change that SQLite builds a table anew for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rework {
    /// A column gets another type, null or default.
    Column {
        /// As it was.
        old: Column,
        /// As it gets.
        new: Column,
        /// Whether rows without a value get one that says nothing, when the column has no default
        /// and cannot be null.
        fills: bool,
    },
    /// A foreign key comes.
    AddForeignKey(ForeignKey),
    /// A foreign key goes.
    DropForeignKey(ForeignKey),
}

impl Step {
    /// What undoes it.
    pub fn undone(&self) -> Self {
        match self.clone() {
            Self::CreateTable(table) => Self::DropTable(table),
            Self::DropTable(table) => Self::CreateTable(table),
            Self::RenameTable { old, new } => Self::RenameTable { old: new, new: old },
            Self::RenameColumn { table, old, new } => Self::RenameColumn {
                table,
                old: new,
                new: old,
            },
            Self::AddColumn { table, column, .. } => Self::DropColumn { table, column },
            Self::DropColumn { table, column } => Self::AddColumn {
                table,
                column,
                fills: true,
            },
            Self::CreateIndex { table, index } => Self::DropIndex {
                table,
                index,
                is_lost: false,
            },
            Self::DropIndex { table, index, .. } => Self::CreateIndex { table, index },
            Self::Rework { table, changes } => Self::Rework {
                table,
                changes: changes.iter().rev().map(Rework::undone).collect(),
            },
        }
    }

    /// The table that it is about, by the name that it has afterwards.
    pub fn table(&self) -> &str {
        match self {
            Self::CreateTable(table) | Self::DropTable(table) => &table.name,
            Self::RenameTable { new, .. } => new,
            Self::RenameColumn { table, .. }
            | Self::AddColumn { table, .. }
            | Self::DropColumn { table, .. }
            | Self::CreateIndex { table, .. }
            | Self::DropIndex { table, .. }
            | Self::Rework { table, .. } => table,
        }
    }

    /// What it does: a verb, and what it does it to.
    pub fn phrases(&self) -> Vec<(String, String)> {
        let (verb, what) = match self {
            Self::CreateTable(table) => ("creates", format!("`{}`", table.name)),
            Self::DropTable(table) => ("drops", format!("`{}`", table.name)),
            Self::RenameTable { old, new } => ("renames", format!("`{old}` to `{new}`")),
            Self::RenameColumn { table, old, new } => {
                ("renames", format!("`{table}.{old}` to `{new}`"))
            }
            Self::AddColumn { table, column, .. } => ("adds", format!("`{table}.{}`", column.name)),
            Self::DropColumn { table, column } => ("drops", format!("`{table}.{}`", column.name)),
            Self::CreateIndex { index, .. } => ("adds the index", format!("`{}`", index.name)),
            Self::DropIndex { index, .. } => ("drops the index", format!("`{}`", index.name)),
            Self::Rework { table, changes } => {
                return changes.iter().map(|change| change.phrase(table)).collect();
            }
        };
        vec![(verb.to_owned(), what)]
    }

    /// Why it loses data or an index, or fails on data.
    pub fn dangers(&self) -> Vec<String> {
        match self {
            Self::DropTable(table) => vec![format!("table {} goes, with its rows", table.name)],
            Self::DropColumn { table, column } => {
                vec![format!("{table}.{} goes, with its values", column.name)]
            }
            Self::AddColumn { table, column, .. } if is_demanding(column) => vec![format!(
                "{table}.{} is not null and has no default: rows that are there have no value for it",
                column.name
            )],
            Self::DropIndex {
                index,
                is_lost: true,
                ..
            } => vec![format!(
                "index {} goes, and no other does what it did",
                index.name
            )],
            Self::Rework { table, changes } => (changes.iter())
                .filter_map(|change| change.danger(table))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// What makes it needless.
    pub fn remedy(&self) -> Option<String> {
        let Self::DropIndex { table, index, .. } = self else {
            return None;
        };
        let declaration = index.declaration(table);
        Some(format!(
            "to keep it, add `{declaration}` to the entity of {table}"
        ))
    }
}

impl Rework {
    fn undone(&self) -> Self {
        match self.clone() {
            Self::Column { old, new, .. } => Self::Column {
                old: new,
                new: old,
                fills: true,
            },
            Self::AddForeignKey(key) => Self::DropForeignKey(key),
            Self::DropForeignKey(key) => Self::AddForeignKey(key),
        }
    }

    fn phrase(&self, table: &str) -> (String, String) {
        match self {
            Self::Column { old, new, .. } => {
                let changed = [
                    ("type", old.kind != new.kind),
                    ("nullability", old.is_null != new.is_null),
                    ("default", old.default != new.default),
                ];
                let changed = changed.iter().filter(|(_, is_changed)| *is_changed);
                let what: Vec<_> = changed.map(|(word, _)| *word).collect();
                let verb = format!("changes the {} of", what.join(" and "));
                (verb, format!("`{table}.{}`", new.name))
            }
            Self::AddForeignKey(key) => {
                ("adds the foreign key".to_owned(), format!("`{}`", key.name))
            }
            Self::DropForeignKey(key) => (
                "drops the foreign key".to_owned(),
                format!("`{}`", key.name),
            ),
        }
    }

    fn danger(&self, table: &str) -> Option<String> {
        let Self::Column { old, new, .. } = self else {
            return None;
        };
        let name = &new.name;
        let is_wide = match (Kind::of(old), Kind::of(new)) {
            (Some(old), Some(new)) => old.widens_to(&new),
            _ => old.kind == new.kind,
        };
        if !is_wide {
            let (old, new) = (&old.kind.postgres, &new.kind.postgres);
            return Some(format!(
                "{table}.{name} becomes {new}: not every {old} is one"
            ));
        }
        (old.is_null && is_demanding(new)).then(|| {
            format!(
                "{table}.{name} becomes not null and has no default: rows may have no value for it"
            )
        })
    }
}

/// Whether rows must bring a value.
pub(crate) fn is_demanding(column: &Column) -> bool {
    !column.is_null && column.default.sqlite.is_none() && !column.counts
}
