//! Foreign keys come, go, and do otherwise.

use sea_orm::sea_query::{
    ForeignKey, ForeignKeyAction, ForeignKeyCreateStatement, Table, TableCreateStatement,
};
use sea_orm_migration::schema::{big_integer, big_integer_null, string_len};

use super::cases;
use crate::case::{Case, declared};

cases!(
    add_foreign_keys,
    change_foreign_key,
    drop_foreign_keys,
    drop_referring_column
);

fn quarries() -> TableCreateStatement {
    Table::create()
        .col(big_integer("id").primary_key())
        .col(string_len("name", 50))
        .take()
}

fn stones() -> TableCreateStatement {
    Table::create()
        .col(big_integer("id").primary_key())
        .col(big_integer("quarry_id"))
        .col(big_integer_null("above_id"))
        .take()
}

fn key(column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from_col(column)
        .to(to, "id")
        .to_owned()
}

const ROWS: &[&str] = &[
    "INSERT INTO quarries (id, name) VALUES (1, 'North')",
    "INSERT INTO stones (id, quarry_id) VALUES (1, 1)",
    "INSERT INTO stones (id, quarry_id, above_id) VALUES (2, 1, 1)",
];
const KEPT: &[(&str, &[&str])] = &[("SELECT quarry_id AS answer FROM stones", &["1", "1"])];

fn without() -> TableCreateStatement {
    stones()
}

fn with(action: ForeignKeyAction) -> TableCreateStatement {
    stones()
        .foreign_key(key("quarry_id", "quarries").on_delete(action))
        .foreign_key(
            key("above_id", "stones")
                .on_delete(ForeignKeyAction::SetNull)
                .on_update(ForeignKeyAction::Cascade),
        )
        .take()
}

fn case(
    name: &'static str,
    mut before: TableCreateStatement,
    mut after: TableCreateStatement,
) -> Case {
    Case {
        name,
        before: vec![
            declared("quarries", &mut quarries()),
            declared("stones", &mut before),
        ],
        after: vec![
            declared("quarries", &mut quarries()),
            declared("stones", &mut after),
        ],
        rows: ROWS,
        kept: KEPT,
        then: KEPT,
        ..Case::default()
    }
}

fn add_foreign_keys() -> Case {
    case(
        "add_foreign_keys",
        without(),
        with(ForeignKeyAction::Cascade),
    )
}

fn drop_foreign_keys() -> Case {
    case(
        "drop_foreign_keys",
        with(ForeignKeyAction::Cascade),
        without(),
    )
}

fn change_foreign_key() -> Case {
    let (before, after) = (ForeignKeyAction::Cascade, ForeignKeyAction::Restrict);
    case("change_foreign_key", with(before), with(after))
}

/// The key goes before its column.
fn drop_referring_column() -> Case {
    let before = stones()
        .foreign_key(key("above_id", "stones").on_delete(ForeignKeyAction::SetNull))
        .take();
    let after = Table::create()
        .col(big_integer("id").primary_key())
        .col(big_integer("quarry_id"))
        .take();
    Case {
        is_destructive: true,
        ..case("drop_referring_column", before, after)
    }
}
