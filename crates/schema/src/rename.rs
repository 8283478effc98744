//! What got another name. A comparison cannot tell that from something that went and something that
//! came, so it is told.

use std::str::FromStr;

use crate::{Error, Schema, Step, model::Table};

/// A table or a column that got another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// The table, by its name after the renaming of tables; none: a table was renamed.
    table: Option<String>,
    old: String,
    new: String,
}

impl FromStr for Rename {
    type Err = String;

    /// `table.old:new` or `old:new`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is neither <table>.<old>:<new> nor <old>:<new>");
        let (before, new) = text.split_once(':').ok_or_else(wrong)?;
        let (table, old) = match before.split_once('.') {
            Some((table, old)) => (Some(table.to_owned()), old),
            None => (None, before),
        };
        let is_name = |name: &str| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        if !is_name(old) || !is_name(new) || !table.as_deref().is_none_or(is_name) {
            return Err(wrong());
        }
        let (old, new) = (old.to_owned(), new.to_owned());
        Ok(Self { table, old, new })
    }
}

impl Rename {
    /// Renames it in `schema`, and answers the step that does so.
    pub(crate) fn apply(&self, schema: &mut Schema, wanted: &Schema) -> Result<Step, Error> {
        match &self.table {
            None => self.rename_table(schema, wanted),
            Some(table) => self.rename_column(table, schema, wanted),
        }
    }

    fn rename_table(&self, schema: &mut Schema, wanted: &Schema) -> Result<Step, Error> {
        if !wanted.contains_key(&self.new) {
            return Err(self.wrong("no entity has the new name"));
        }
        if schema.contains_key(&self.new) || wanted.contains_key(&self.old) {
            return Err(self.wrong("both tables are there"));
        }
        let table = schema.remove(&self.old);
        let mut table = table.ok_or_else(|| self.wrong("no migration made such a table"))?;
        table.name.clone_from(&self.new);
        respell(&mut table, &self.old, &self.new);
        schema.insert(self.new.clone(), table);
        for key in schema
            .values_mut()
            .flat_map(|table| table.foreign_keys.values_mut())
        {
            if key.table == self.old {
                key.table.clone_from(&self.new);
            }
        }
        Ok(Step::RenameTable {
            old: self.old.clone(),
            new: self.new.clone(),
        })
    }

    fn rename_column(
        &self,
        name: &str,
        schema: &mut Schema,
        wanted: &Schema,
    ) -> Result<Step, Error> {
        let entity = wanted.get(name);
        let entity = entity.ok_or_else(|| self.wrong("no entity has such a table"))?;
        if entity.column(&self.new).is_none() {
            return Err(self.wrong("the entity has no such column"));
        }
        let table = schema.get_mut(name);
        let table = table.ok_or_else(|| self.wrong("no migration made such a table"))?;
        if table.column(&self.new).is_some() || entity.column(&self.old).is_some() {
            return Err(self.wrong("both columns are there"));
        }
        let column = table
            .columns
            .iter_mut()
            .find(|column| column.name == self.old);
        let column = column.ok_or_else(|| self.wrong("no migration made such a column"))?;
        column.name.clone_from(&self.new);
        respell(table, &self.old, &self.new);
        self.respell_keys(name, schema);
        Ok(Step::RenameColumn {
            table: name.to_owned(),
            old: self.old.clone(),
            new: self.new.clone(),
        })
    }

    /// The foreign keys that lead from the table or to it.
    fn respell_keys(&self, name: &str, schema: &mut Schema) {
        for (table, key) in schema.iter_mut().flat_map(|(name, table)| {
            (table.foreign_keys.values_mut()).map(move |key| (name.as_str(), key))
        }) {
            if table == name {
                rename_in(&mut key.columns, &self.old, &self.new);
            }
            if key.table == name {
                rename_in(&mut key.referred, &self.old, &self.new);
            }
        }
    }

    fn wrong(&self, why: &str) -> Error {
        let table = self.table.as_ref().map(|table| format!("{table}."));
        let text = format!("{}{}:{}", table.unwrap_or_default(), self.old, self.new);
        Error::Rename(text, why.to_owned())
    }
}

fn rename_in(names: &mut [String], old: &str, new: &str) {
    for name in names {
        if name == old {
            new.clone_into(name);
        }
    }
}

/// The databases rename in keys, indexes and their conditions too.
fn respell(table: &mut Table, old: &str, new: &str) {
    rename_in(&mut table.primary_key, old, new);
    for index in table.indexes.values_mut() {
        for key in &mut index.keys {
            key.by.postgres = respelt(&key.by.postgres, old, new);
            key.by.sqlite = respelt(&key.by.sqlite, old, new);
        }
        for condition in [&mut index.condition.postgres, &mut index.condition.sqlite] {
            *condition = condition.as_deref().map(|sql| respelt(sql, old, new));
        }
        index.create.postgres = respelt(&index.create.postgres, old, new);
        index.create.sqlite = respelt(&index.create.sqlite, old, new);
    }
}

/// SQL in which one word is another; what is part of a longer word stays, and so does what is in a text.
fn respelt(sql: &str, old: &str, new: &str) -> String {
    // Quotes begin and end texts by turns; one within a text is doubled, which ends it and begins the next.
    let parts = sql.split('\'').enumerate().map(|(place, part)| {
        let is_text = place % 2 == 1;
        if is_text {
            part.to_owned()
        } else {
            with_word(part, old, new)
        }
    });
    parts.collect::<Vec<_>>().join("'")
}

fn with_word(sql: &str, old: &str, new: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut text = String::new();
    let mut rest = sql;
    while let Some(start) = rest.find(old) {
        let end = start + old.len();
        let is_whole = !rest[..start].ends_with(is_word) && !rest[end..].starts_with(is_word);
        text.push_str(&rest[..start]);
        text.push_str(if is_whole { new } else { old });
        rest = &rest[end..];
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renames_are_read() {
        let column: Rename = "tasks.title:name".parse().expect("a column");
        assert_eq!(column.table.as_deref(), Some("tasks"));
        let table: Rename = "tasks:chores".parse().expect("a table");
        assert_eq!(
            (table.table, &*table.old, &*table.new),
            (None, "tasks", "chores")
        );
        for wrong in ["tasks", "tasks.title", ":b", "a:", "a.b.c:d", "a:b c"] {
            assert!(wrong.parse::<Rename>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn whole_words_are_respelt() {
        assert_eq!(
            respelt(r#"on t ("name", names, lower(name))"#, "name", "title"),
            r#"on t ("title", names, lower(title))"#
        );
    }

    #[test]
    fn what_a_text_says_stays() {
        assert_eq!(
            respelt("name <> 'it''s a name' AND name > 'name'", "name", "title"),
            "title <> 'it''s a name' AND title > 'name'"
        );
    }
}
