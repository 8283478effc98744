//! Columns come, go, and get other names.

use ashlar_core::table::Index;
use sea_orm::sea_query::{Table, TableCreateStatement};
use sea_orm_migration::schema::{
    big_integer, boolean, string_len, string_len_null, timestamp_with_time_zone, uuid,
};

use super::cases;
use crate::case::{Case, declared};

cases!(add_columns, drop_columns, rename_column);

fn stones() -> TableCreateStatement {
    Table::create()
        .col(big_integer("id").primary_key())
        .col(string_len("name", 50))
        .take()
}

const ROWS: &[&str] = &["INSERT INTO stones (id, name) VALUES (1, 'granite'), (2, 'basalt')"];
const NAMES: &str = "SELECT name AS answer FROM stones ORDER BY id";
const KEPT: &[(&str, &[&str])] = &[(NAMES, &["granite", "basalt"])];

fn add_columns() -> Case {
    let mut after = stones()
        .col(string_len_null("colour", 20))
        .col(big_integer("weight").default(0))
        .col(string_len("state", 16).default("it's raw"))
        .col(boolean("is_cut").default(false))
        .take();
    Case {
        name: "add_columns",
        before: vec![declared("stones", &mut stones())],
        after: vec![declared("stones", &mut after)],
        rows: ROWS,
        kept: KEPT,
        then: &[
            (NAMES, &["granite", "basalt"]),
            (
                "SELECT state || weight AS answer FROM stones WHERE id = 1",
                &["it's raw0"],
            ),
            (
                "SELECT colour AS answer FROM stones WHERE id = 1",
                &["nothing"],
            ),
        ],
        ..Case::default()
    }
}

/// One of each type that has to get a value when it comes back.
fn drop_columns() -> Case {
    let mut before = stones()
        .col(string_len("colour", 20))
        .col(big_integer("weight"))
        .col(boolean("is_cut"))
        .col(uuid("mason_id"))
        .col(timestamp_with_time_zone("cut_at"))
        .col(string_len_null("note", 20))
        .take();
    let before = declared("stones", &mut before).with_indexes(&[Index::on(["colour", "id"])]);
    Case {
        name: "drop_columns",
        before: vec![before],
        after: vec![declared("stones", &mut stones())],
        is_destructive: true,
        rows: &[
            "INSERT INTO stones (id, name, colour, weight, is_cut, mason_id, cut_at) VALUES \
             (1, 'granite', 'red', 7, true, '019ae000-0000-7000-8000-000000000000', '2026-01-01 00:00:00+00:00'), \
             (2, 'basalt', 'black', 8, false, '019ae000-0000-7000-8000-000000000000', '2026-01-01 00:00:00+00:00')",
        ],
        kept: KEPT,
        then: KEPT,
        ..Case::default()
    }
}

/// With an index and a condition that speak of it.
fn rename_column() -> Case {
    let indexes = |name| {
        [
            Index::on([name, "id"]),
            Index::unique(["id"])
                .over("title <> 'name'")
                .named("ux_named"),
        ]
    };
    let mut after = Table::create()
        .col(big_integer("id").primary_key())
        .col(string_len("title", 50))
        .take();
    let before = [
        Index::on(["name", "id"]),
        Index::unique(["id"])
            .over("name <> 'name'")
            .named("ux_named"),
    ];
    Case {
        name: "rename_column",
        before: vec![declared("stones", &mut stones()).with_indexes(&before)],
        after: vec![declared("stones", &mut after).with_indexes(&indexes("title"))],
        renames: &["stones.name:title"],
        rows: ROWS,
        kept: KEPT,
        then: &[(
            "SELECT title AS answer FROM stones ORDER BY id",
            &["granite", "basalt"],
        )],
        ..Case::default()
    }
}
