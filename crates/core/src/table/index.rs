//! An index as an entity says it.

/// An index. Its name follows from its table and keys, as in the migrations: `ix_<table>_<keys>`,
/// of a unique one `ux_…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    name: Option<&'static str>,
    keys: Vec<Key>,
    is_unique: bool,
    conditions: Vec<&'static str>,
}

/// What an index is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A column.
    Column {
        /// Its name.
        name: &'static str,
        /// Whether the highest comes first.
        is_descending: bool,
    },
    /// An expression.
    Expression {
        /// What stands for it in the index's name.
        name: &'static str,
        /// The SQL of PostgreSQL.
        postgres: &'static str,
        /// The SQL of SQLite.
        sqlite: &'static str,
    },
}

impl Index {
    /// An index on these columns.
    pub fn on(columns: impl IntoIterator<Item = &'static str>) -> Self {
        let index = Self {
            name: None,
            keys: Vec::new(),
            is_unique: false,
            conditions: Vec::new(),
        };
        columns.into_iter().fold(index, Self::then)
    }

    /// No two rows have the same values in these columns.
    pub fn unique(columns: impl IntoIterator<Item = &'static str>) -> Self {
        Self {
            is_unique: true,
            ..Self::on(columns)
        }
    }

    /// Sorted by this column next.
    pub fn then(self, name: &'static str) -> Self {
        self.key(Key::Column {
            name,
            is_descending: false,
        })
    }

    /// Sorted by this column next, the highest first.
    pub fn then_descending(self, name: &'static str) -> Self {
        self.key(Key::Column {
            name,
            is_descending: true,
        })
    }

    /// Sorted by an expression next, in the SQL of each database; `name` stands for it in the
    /// index's name. A query is served when it spells the expression in the same way.
    pub fn then_expression(
        self,
        name: &'static str,
        postgres: &'static str,
        sqlite: &'static str,
    ) -> Self {
        self.key(Key::Expression {
            name,
            postgres,
            sqlite,
        })
    }

    /// Over the rows alone that are not soft-deleted.
    pub fn alive(self) -> Self {
        self.over("deleted_at IS NULL")
    }

    /// Over the rows alone that meet `condition`, in SQL that both databases understand.
    pub fn over(mut self, condition: &'static str) -> Self {
        self.conditions.push(condition);
        self
    }

    /// Under another name than follows from its keys.
    pub fn named(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    /// Its name as an index of `table`.
    pub fn name_on(&self, table: &str) -> String {
        if let Some(name) = self.name {
            return name.to_owned();
        }
        let prefix = if self.is_unique { "ux" } else { "ix" };
        let keys: Vec<_> = self.keys.iter().map(Key::name).collect();
        format!("{prefix}_{table}_{}", keys.join("_"))
    }

    /// What it is sorted by.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Whether its values are in one row only.
    pub fn is_unique(&self) -> bool {
        self.is_unique
    }

    /// Which rows it is over, in SQL; none: over all.
    pub fn condition(&self) -> Option<String> {
        match self.conditions.as_slice() {
            [] => None,
            [one] => Some((*one).to_owned()),
            several => Some(format!("({})", several.join(") AND ("))),
        }
    }

    fn key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }
}

impl Key {
    /// The column, or what stands for the expression.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Column { name, .. } | Self::Expression { name, .. } => name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_from_table_and_keys() {
        let by_date = Index::on(["project_id"])
            .then_expression(
                "due_date",
                "coalesce(due_date, date '9999-12-31')",
                "coalesce(due_date, '9999-12-31')",
            )
            .then("id");
        assert_eq!(by_date.name_on("tasks"), "ix_tasks_project_id_due_date_id");
        assert_eq!(Index::unique(["slug"]).name_on("tasks"), "ux_tasks_slug");
        assert_eq!(Index::on(["slug"]).named("by_slug").name_on("t"), "by_slug");
    }

    #[test]
    fn conditions_are_joined() {
        let index = Index::on(["id"]);
        assert_eq!(index.condition(), None);
        let index = index.alive();
        assert_eq!(index.condition().as_deref(), Some("deleted_at IS NULL"));
        let index = index.over("state = 'a' OR state = 'b'");
        assert_eq!(
            index.condition().as_deref(),
            Some("(deleted_at IS NULL) AND (state = 'a' OR state = 'b')")
        );
    }
}
