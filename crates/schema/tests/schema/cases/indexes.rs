//! Indexes come, go, and change.

use ashlar_core::table::Index;
use sea_orm::sea_query::{Table, TableCreateStatement};
use sea_orm_migration::schema::{
    big_integer, date_null, string_len, string_len_uniq, timestamp_with_time_zone_null,
};

use super::cases;
use crate::case::{Case, declared};

cases!(change_indexes, index_by_expression, make_unique);

fn stones() -> TableCreateStatement {
    Table::create()
        .col(big_integer("id").primary_key())
        .col(string_len("name", 50))
        .col(date_null("cut_on"))
        .col(timestamp_with_time_zone_null("deleted_at"))
        .take()
}

const ROWS: &[&str] = &["INSERT INTO stones (id, name) VALUES (1, 'granite'), (2, 'basalt')"];
const KEPT: &[(&str, &[&str])] = &[(
    "SELECT name AS answer FROM stones ORDER BY id",
    &["granite", "basalt"],
)];

/// Plain, over some rows, in another order of columns, with another condition: two are lost by that.
fn change_indexes() -> Case {
    let before = [
        Index::on(["name"]),
        Index::on(["cut_on", "id"]),
        Index::on(["id"]).over("cut_on IS NULL").named("ix_uncut"),
    ];
    let after = [
        Index::on(["name", "id"]).alive(),
        Index::on(["id", "cut_on"]),
        Index::on(["id"])
            .over("cut_on IS NOT NULL")
            .named("ix_uncut"),
        Index::on(["id"]).over("name = 'granite'"),
    ];
    Case {
        name: "change_indexes",
        before: vec![declared("stones", &mut stones()).with_indexes(&before)],
        after: vec![declared("stones", &mut stones()).with_indexes(&after)],
        is_destructive: true,
        rows: ROWS,
        kept: KEPT,
        then: KEPT,
        ..Case::default()
    }
}

fn make_unique() -> Case {
    let mut after = Table::create()
        .col(big_integer("id").primary_key())
        .col(string_len_uniq("name", 50))
        .col(date_null("cut_on"))
        .col(timestamp_with_time_zone_null("deleted_at"))
        .take();
    let indexes = [
        Index::unique(["name", "cut_on"]).alive(),
        Index::unique(["cut_on"]).over("name = 'granite'"),
    ];
    Case {
        name: "make_unique",
        before: vec![declared("stones", &mut stones()).with_indexes(&[Index::on(["name"])])],
        after: vec![declared("stones", &mut after).with_indexes(&indexes)],
        rows: ROWS,
        kept: KEPT,
        then: KEPT,
        ..Case::default()
    }
}

/// Each database has its own words, and an order can go down.
fn index_by_expression() -> Case {
    let by_date = |last: &'static str, sqlite: &'static str| {
        Index::on(["name"])
            .then_expression("cut_on", last, sqlite)
            .then_descending("id")
            .alive()
    };
    let before = by_date(
        "coalesce(cut_on, date '1999-12-31')",
        "coalesce(cut_on, '1999-12-31')",
    );
    let after = by_date(
        "coalesce(cut_on, date '9999-12-31')",
        "coalesce(cut_on, '9999-12-31')",
    );
    Case {
        name: "index_by_expression",
        before: vec![declared("stones", &mut stones()).with_indexes(&[before])],
        after: vec![declared("stones", &mut stones()).with_indexes(&[after])],
        rows: ROWS,
        kept: KEPT,
        then: KEPT,
        ..Case::default()
    }
}
