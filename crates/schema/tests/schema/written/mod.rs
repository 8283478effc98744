//! The migrations as they are written, compiled.

use sea_orm_migration::MigrationTrait;

/// Brings each file in, and finds it by its name.
macro_rules! written {
    ($($name:ident),+ $(,)?) => {
        $(mod $name;)+

        /// The migration of this file.
        pub(crate) fn migration(name: &str) -> Box<dyn MigrationTrait> {
            match name {
                $(stringify!($name) => Box::new($name::Migration),)+
                _ => unreachable!("{name} is not listed"),
            }
        }
    };
}

written!(
    add_columns,
    add_foreign_keys,
    change_default,
    change_foreign_key,
    change_indexes,
    change_null,
    change_two_domains_guild,
    change_two_domains_quarry,
    create_circle,
    create_tables,
    demand_values,
    drop_circle,
    drop_columns,
    drop_foreign_keys,
    drop_referring_column,
    drop_tables,
    index_by_expression,
    make_unique,
    narrow_types,
    rename_column,
    rename_table,
    widen_types,
);
