//! The tables as the entities declare them, made in a database.

use std::collections::BTreeSet;

use ashlar_core::table::{Definition, Index, Key};
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection,
    sea_query::{ColumnDef, ForeignKey, ForeignKeyCreateStatement, Table, TableCreateStatement},
};

use crate::{Both, Error, Schema};

/// A table that an entity declares.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The domain that owns it.
    pub owner: String,
    /// Its name.
    pub name: String,
    /// PostgreSQL's without its foreign keys.
    table: Both<TableCreateStatement>,
    /// PostgreSQL's, which come when all tables are there: some refer to each other.
    keys: Vec<ForeignKeyCreateStatement>,
    /// Each with its name.
    indexes: Vec<(String, Both<String>)>,
    /// What migrations make for it on one database alone.
    by_hand: Vec<&'static str>,
}

impl Declared {
    /// What an entity declares.
    pub fn of(definition: &Definition) -> Self {
        let table = Both {
            postgres: definition.table(DatabaseBackend::Postgres),
            sqlite: definition.table(DatabaseBackend::Sqlite),
        };
        let mut declared = Self::new(definition.owner(), definition.name(), &table);
        let marked = definition.marked(DatabaseBackend::Sqlite);
        declared.indexes.extend(marked.iter().map(|index| {
            let columns = index.get_index_spec().get_column_names();
            marked_index(&declared.name, &columns, index.is_unique_key())
        }));
        declared.by_hand = definition.by_hand();
        declared.with_indexes(&definition.indexes())
    }

    /// What migrations make on one database alone, by what tables declare.
    pub fn by_hand(tables: &[Self]) -> Vec<&'static str> {
        tables
            .iter()
            .flat_map(|table| table.by_hand.clone())
            .collect()
    }

    /// A table as statements of sea-orm create it. A column that is marked unique gets an index.
    pub fn new(owner: &str, name: &str, table: &Both<TableCreateStatement>) -> Self {
        let unique = (table.sqlite.get_columns().iter())
            .filter(|column| column.get_column_spec().unique)
            .map(|column| marked_index(name, &[column.get_column_name()], true));
        Self {
            owner: owner.to_owned(),
            name: name.to_owned(),
            indexes: unique.collect(),
            by_hand: Vec::new(),
            keys: keys(name, &table.postgres),
            table: Both {
                postgres: by_rule(name, &table.postgres),
                // SQLite cannot add a key later, and lets one lead to a table that is still to come.
                sqlite: (keys(name, &table.sqlite).iter_mut())
                    .fold(by_rule(name, &table.sqlite), |mut table, key| {
                        table.foreign_key(key).take()
                    }),
            },
        }
    }

    /// The same with these indexes too.
    pub fn with_indexes(mut self, indexes: &[Index]) -> Self {
        for index in indexes {
            let create = Both {
                postgres: create_index(&self.name, index, DatabaseBackend::Postgres),
                sqlite: create_index(&self.name, index, DatabaseBackend::Sqlite),
            };
            self.indexes.push((index.name_on(&self.name), create));
        }
        self
    }

    /// The schema that was built of `tables`, with its indexes as they are declared and not as the
    /// database spells them.
    pub fn spelt(mut schema: Schema, tables: &[Self]) -> Schema {
        for declared in tables {
            let Some(table) = schema.get_mut(&declared.name) else {
                continue;
            };
            for (name, create) in &declared.indexes {
                if let Some(index) = table.indexes.get_mut(name) {
                    index.create.clone_from(create);
                }
            }
        }
        schema
    }
}

/// How many bytes of a name PostgreSQL keeps.
const MAX_IDENTIFIER: usize = 63;

/// Creates the tables in empty databases.
///
/// # Errors
///
/// When two are the same or one refers to a table that none declares, an index has too long a name, or a database refuses.
pub async fn build(databases: &Both<DatabaseConnection>, tables: &[Declared]) -> Result<(), Error> {
    let mut names = BTreeSet::new();
    for table in tables {
        if !names.insert(table.name.as_str()) {
            return Err(Error::Twice(table.name.clone()));
        }
        let is_long = |(name, _): &&(String, _)| name.len() > MAX_IDENTIFIER;
        if let Some((name, _)) = table.indexes.iter().find(is_long) {
            return Err(Error::Long(format!("the index {name} of {}", table.name)));
        }
        databases.postgres.execute(&table.table.postgres).await?;
        databases.sqlite.execute(&table.table.sqlite).await?;
        for (_, create) in &table.indexes {
            let (postgres, sqlite) = (&create.postgres, &create.sqlite);
            databases.postgres.execute_unprepared(postgres).await?;
            databases.sqlite.execute_unprepared(sqlite).await?;
        }
    }
    for table in tables {
        for key in &table.keys {
            let referred = referred(key);
            if !names.contains(referred.as_str()) {
                return Err(Error::Undeclared(table.name.clone(), referred));
            }
            databases.postgres.execute(key).await?;
        }
    }
    Ok(())
}

/// The same table without its foreign keys, and what is unique is an index.
fn by_rule(name: &str, table: &TableCreateStatement) -> TableCreateStatement {
    let mut ours = Table::create();
    ours.table(name.to_owned());
    for column in table.get_columns() {
        ours.col(without_unique(column));
    }
    for index in table.get_indexes() {
        ours.primary_key(&mut index.clone());
    }
    ours
}

/// The foreign keys of a table, named `fk_<table>_<columns>`; one that has a name keeps it.
fn keys(name: &str, table: &TableCreateStatement) -> Vec<ForeignKeyCreateStatement> {
    let mut ours = Vec::new();
    for key in table.get_foreign_key_create_stmts() {
        let (names, key) = (key.get_foreign_key(), referred(key));
        let columns = names.get_columns();
        let default = format!("fk-{name}-{}", columns.join("-"));
        let own = names.get_name().filter(|own| *own != default);
        let mut renamed = ForeignKey::create();
        renamed
            .name(own.map_or_else(|| format!("fk_{name}_{}", columns.join("_")), str::to_owned))
            .from_tbl(name.to_owned())
            .to_tbl(key.clone());
        for (from, to) in columns.into_iter().zip(names.get_ref_columns()) {
            renamed.from_col(from).to_col(to);
        }
        if let Some(action) = names.get_on_delete() {
            renamed.on_delete(action);
        }
        if let Some(action) = names.get_on_update() {
            renamed.on_update(action);
        }
        ours.push(renamed);
    }
    ours
}

fn without_unique(column: &ColumnDef) -> ColumnDef {
    let spec = column.get_column_spec();
    let name = column.get_column_name();
    let mut ours = match column.get_column_type() {
        Some(kind) => ColumnDef::new_with_type(name, kind.clone()),
        None => ColumnDef::new(name),
    };
    if spec.nullable == Some(false) {
        ours.not_null();
    }
    if spec.primary_key {
        ours.primary_key();
    }
    if spec.auto_increment {
        ours.auto_increment();
    }
    if let Some(default) = &spec.default {
        ours.default(default.clone());
    }
    ours
}

/// The table that a foreign key refers to.
fn referred(key: &ForeignKeyCreateStatement) -> String {
    let table = key.get_foreign_key().get_ref_table();
    table.map_or_else(String::new, |table| table.sea_orm_table().to_string())
}

fn marked_index(table: &str, columns: &[String], is_unique: bool) -> (String, Both<String>) {
    let (prefix, unique) = if is_unique {
        ("ux", "UNIQUE ")
    } else {
        ("ix", "")
    };
    let name = format!("{prefix}_{table}_{}", columns.join("_"));
    let columns = columns.join(r#"", ""#);
    let create = format!(r#"CREATE {unique}INDEX "{name}" ON "{table}" ("{columns}")"#);
    let create = Both {
        postgres: create.clone(),
        sqlite: create,
    };
    (name, create)
}

fn create_index(table: &str, index: &Index, backend: DatabaseBackend) -> String {
    let name = index.name_on(table);
    let unique = if index.is_unique() { "UNIQUE " } else { "" };
    let keys = index.keys().iter().map(|key| match *key {
        Key::Column {
            name,
            is_descending: true,
        } => format!(r#""{name}" DESC"#),
        Key::Column { name, .. } => format!(r#""{name}""#),
        Key::Expression {
            postgres, sqlite, ..
        } => match backend {
            DatabaseBackend::Postgres => format!("({postgres})"),
            _ => format!("({sqlite})"),
        },
    });
    let keys: Vec<_> = keys.collect();
    let keys = keys.join(", ");
    let condition = index.condition();
    let condition = condition.map_or_else(String::new, |sql| format!(" WHERE {sql}"));
    format!(r#"CREATE {unique}INDEX "{name}" ON "{table}" ({keys}){condition}"#)
}
