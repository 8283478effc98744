//! Types, null and defaults change.

use sea_orm::sea_query::Table;
use sea_orm_migration::schema::{
    big_integer, date_null, integer, integer_null, small_integer, string_len, string_len_null,
    text, uuid, uuid_null,
};

use super::cases;
use crate::case::{Case, declared};

cases!(
    change_default,
    change_null,
    demand_values,
    narrow_types,
    widen_types
);

fn widen_types() -> Case {
    let mut before = Table::create()
        .col(big_integer("id").primary_key())
        .col(string_len("name", 16).default("stone"))
        .col(string_len("about", 100))
        .col(integer("weight"))
        .col(small_integer("rank"))
        .take();
    let mut after = Table::create()
        .col(big_integer("id").primary_key())
        .col(string_len("name", 32).default("stone"))
        .col(text("about"))
        .col(big_integer("weight"))
        .col(integer("rank"))
        .take();
    Case {
        name: "widen_types",
        before: vec![declared("stones", &mut before)],
        after: vec![declared("stones", &mut after)],
        rows: &["INSERT INTO stones VALUES (1, 'granite', 'hard', 7, 3)"],
        kept: &[(
            "SELECT name || about || weight || rank AS answer FROM stones",
            &["granitehard73"],
        )],
        then: &[(
            "SELECT name || about || weight || rank AS answer FROM stones",
            &["granitehard73"],
        )],
        ..Case::default()
    }
}

fn narrow_types() -> Case {
    let mut before = Table::create()
        .col(big_integer("id").primary_key())
        .col(text("name"))
        .col(text("count").default("0"))
        .take();
    let mut after = Table::create()
        .col(big_integer("id").primary_key())
        .col(string_len("name", 16))
        .col(integer("count").default(0))
        .take();
    Case {
        name: "narrow_types",
        before: vec![declared("stones", &mut before)],
        after: vec![declared("stones", &mut after)],
        is_destructive: true,
        rows: &["INSERT INTO stones (id, name, count) VALUES (1, 'granite', '12')"],
        kept: &[("SELECT name || count AS answer FROM stones", &["granite12"])],
        then: &[("SELECT count + 1 AS answer FROM stones", &["13"])],
        ..Case::default()
    }
}

/// What may be null no longer gets the default; what may be again is undone with a value.
fn change_null() -> Case {
    let mut before = Table::create()
        .col(big_integer("id").primary_key())
        .col(string_len_null("state", 16))
        .col(string_len("note", 100))
        .col(uuid("mason_id"))
        .take();
    let mut after = Table::create()
        .col(big_integer("id").primary_key())
        .col(string_len("state", 16).default("raw"))
        .col(string_len_null("note", 100))
        .col(uuid_null("mason_id"))
        .take();
    Case {
        name: "change_null",
        before: vec![declared("stones", &mut before)],
        after: vec![declared("stones", &mut after)],
        rows: &["INSERT INTO stones (id, state, note, mason_id) VALUES \
             (1, NULL, 'a', '019ae000-0000-7000-8000-000000000000')"],
        kept: &[("SELECT note AS answer FROM stones", &["a"])],
        then: &[("SELECT state AS answer FROM stones", &["raw"])],
        ..Case::default()
    }
}

fn demand_values() -> Case {
    let mut before = Table::create()
        .col(big_integer("id").primary_key())
        .col(integer_null("weight"))
        .take();
    let mut after = Table::create()
        .col(big_integer("id").primary_key())
        .col(integer("weight"))
        .take();
    Case {
        name: "demand_values",
        before: vec![declared("stones", &mut before)],
        after: vec![declared("stones", &mut after)],
        is_destructive: true,
        rows: &["INSERT INTO stones VALUES (1, 7)"],
        kept: &[("SELECT weight AS answer FROM stones", &["7"])],
        then: &[("SELECT weight AS answer FROM stones", &["7"])],
        ..Case::default()
    }
}

/// One comes, one is another, one goes.
fn change_default() -> Case {
    let mut before = Table::create()
        .col(big_integer("id").primary_key())
        .col(string_len("state", 16))
        .col(integer("weight").default(1))
        .col(string_len("colour", 16).default("grey"))
        .col(date_null("cut_on"))
        .take();
    let mut after = Table::create()
        .col(big_integer("id").primary_key())
        .col(string_len("state", 16).default("raw"))
        .col(integer("weight").default(-2))
        .col(string_len("colour", 16))
        .col(date_null("cut_on"))
        .take();
    Case {
        name: "change_default",
        before: vec![declared("stones", &mut before)],
        after: vec![declared("stones", &mut after)],
        rows: &["INSERT INTO stones (id, state) VALUES (1, 'cut')"],
        kept: &[(
            "SELECT state || weight || colour AS answer FROM stones",
            &["cut1grey"],
        )],
        then: &[(
            "SELECT state || weight || colour AS answer FROM stones",
            &["cut1grey"],
        )],
        ..Case::default()
    }
}
