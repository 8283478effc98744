//! A table as its entity declares it, without the entity's type.

use std::fmt;

use sea_orm::{
    DatabaseBackend, Schema,
    sea_query::{IndexCreateStatement, TableCreateStatement},
};

use super::{Index, Table};

/// A table, its indexes and who owns it.
#[derive(Clone, Copy)]
pub struct Definition {
    owner: &'static str,
    name: fn() -> &'static str,
    table: fn(Schema) -> TableCreateStatement,
    marked: fn(Schema) -> Vec<IndexCreateStatement>,
    indexes: fn() -> Vec<Index>,
    by_hand: fn() -> Vec<&'static str>,
}

impl Definition {
    /// The table of `E`, which the domain `owner` owns.
    pub fn of<E: Table>(owner: &'static str) -> Self {
        Self {
            owner,
            name: || E::default().table_name(),
            table: |schema| schema.create_table_from_entity(E::default()),
            marked: |schema| schema.create_index_from_entity(E::default()),
            indexes: E::indexes,
            by_hand: E::by_hand,
        }
    }

    /// The domain that owns it, which is also the folder of its migrations.
    pub fn owner(&self) -> &'static str {
        self.owner
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        (self.name)()
    }

    /// Its columns, primary key and foreign keys, by the attributes of the entity.
    pub fn table(&self, backend: DatabaseBackend) -> TableCreateStatement {
        (self.table)(Schema::new(backend))
    }

    /// The indexes of fields that are marked `indexed` or with a `unique_key`, under sea-orm's
    /// names.
    pub fn marked(&self, backend: DatabaseBackend) -> Vec<IndexCreateStatement> {
        (self.marked)(Schema::new(backend))
    }

    /// The indexes that [`Table::indexes`] tells.
    pub fn indexes(&self) -> Vec<Index> {
        (self.indexes)()
    }

    /// What [`Table::by_hand`] tells.
    pub fn by_hand(&self) -> Vec<&'static str> {
        (self.by_hand)()
    }
}

impl fmt::Debug for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Definition")
            .field("owner", &self.owner)
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}
