//! Tables come, go, and get other names.

use ashlar_core::table::Index;
use ashlar_schema::Declared;
use sea_orm::sea_query::{
    ForeignKey, ForeignKeyAction, Index as IndexStatement, Table, TableCreateStatement,
};
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, date_null, decimal_len, double, integer,
    json_binary_null, pk_uuid, string_len, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid,
};

use super::cases;
use crate::case::{Case, declared, owned};

cases!(
    change_two_domains,
    create_circle,
    create_tables,
    drop_circle,
    drop_tables,
    rename_table
);

fn quarries() -> TableCreateStatement {
    Table::create()
        .col(big_integer("id").primary_key())
        .col(string_len("name", 50))
        .take()
}

const ROWS: &[&str] = &["INSERT INTO quarries (id, name) VALUES (1, 'North')"];
const KEPT: &[(&str, &[&str])] = &[("SELECT name AS answer FROM quarries", &["North"])];

/// The columns that all tables share, one of each usual type, and every kind of index.
fn stones() -> TableCreateStatement {
    Table::create()
        .col(pk_uuid("id"))
        .col(big_integer("quarry_id"))
        .col(string_len("name", 100))
        .col(text_null("note"))
        .col(integer("rank").default(3))
        .col(boolean("is_cut").default(false))
        .col(decimal_len("price", 10, 2))
        .col(double("hardness"))
        .col(date_null("cut_on"))
        .col(json_binary_null("marks"))
        .col(big_integer("version").default(1))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(timestamp_with_time_zone_null("deleted_at"))
        .foreign_key(
            ForeignKey::create()
                .from_col("quarry_id")
                .to("quarries", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

/// A key of two columns, and one that is counted up.
fn further() -> [Declared; 2] {
    let mut uses = Table::create()
        .col(uuid("stone_id"))
        .col(string_len("wall", 50))
        .primary_key(IndexStatement::create().col("stone_id").col("wall"))
        .take();
    let mut deliveries = Table::create()
        .col(big_integer("position").primary_key().auto_increment())
        .col(big_integer_null("weight"))
        .take();
    [
        declared("uses", &mut uses),
        declared("deliveries", &mut deliveries),
    ]
}

fn create_tables() -> Case {
    let indexes = [
        Index::unique(["quarry_id", "name"]).alive(),
        Index::on(["quarry_id"]),
        Index::on(["name", "id"]).alive(),
        Index::on(["rank", "id"]).alive(),
        Index::on(["created_at", "id"]).alive(),
        Index::on(["cut_on"]).over("cut_on IS NOT NULL"),
        Index::on(["name"])
            .then_expression("note", "coalesce(note, 'none')", "coalesce(note, 'none')")
            .alive(),
    ];
    let mut after = vec![
        declared("stones", &mut stones()).with_indexes(&indexes),
        declared("quarries", &mut quarries()),
    ];
    after.extend(further());
    Case {
        name: "create_tables",
        before: vec![declared("quarries", &mut quarries())],
        after,
        rows: ROWS,
        kept: KEPT,
        then: KEPT,
        ..Case::default()
    }
}

fn drop_tables() -> Case {
    let mut before = vec![
        declared("stones", &mut stones()).with_indexes(&[Index::on(["name"])]),
        declared("quarries", &mut quarries()),
    ];
    before.extend(further());
    Case {
        name: "drop_tables",
        before,
        after: vec![declared("quarries", &mut quarries())],
        is_destructive: true,
        rows: ROWS,
        kept: KEPT,
        then: KEPT,
        ..Case::default()
    }
}

/// Quarries have a best stone, which is of a quarry; carts know stones.
fn circle() -> Vec<Declared> {
    let key = |column, to| {
        ForeignKey::create()
            .from_col(column)
            .to(to, "id")
            .to_owned()
    };
    let mut best = quarries()
        .col(big_integer_null("best_id"))
        .foreign_key(&mut key("best_id", "stones"))
        .take();
    let referring = |column, to| {
        Table::create()
            .col(big_integer("id").primary_key())
            .col(big_integer(column))
            .foreign_key(&mut key(column, to))
            .take()
    };
    vec![
        declared("carts", &mut referring("stone_id", "stones")),
        declared("quarries", &mut best),
        declared("stones", &mut referring("quarry_id", "quarries")),
    ]
}

fn create_circle() -> Case {
    Case {
        name: "create_circle",
        after: circle(),
        ..Case::default()
    }
}

fn drop_circle() -> Case {
    Case {
        name: "drop_circle",
        before: circle(),
        is_destructive: true,
        rows: &[
            "INSERT INTO quarries (id, name) VALUES (1, 'North')",
            "INSERT INTO stones (id, quarry_id) VALUES (7, 1)",
            "UPDATE quarries SET best_id = 7",
        ],
        ..Case::default()
    }
}

/// With an index, a key to it from another table, and a column that comes at once.
fn rename_table() -> Case {
    let stones = |to| {
        Table::create()
            .col(big_integer("id").primary_key())
            .col(big_integer("quarry_id"))
            .foreign_key(ForeignKey::create().from_col("quarry_id").to(to, "id"))
            .take()
    };
    let mut pits = quarries().col(big_integer_null("depth")).take();
    Case {
        name: "rename_table",
        before: vec![
            declared("quarries", &mut quarries()).with_indexes(&[Index::on(["name"])]),
            declared("stones", &mut stones("quarries")),
        ],
        after: vec![
            declared("pits", &mut pits).with_indexes(&[Index::on(["name"])]),
            declared("stones", &mut stones("pits")),
        ],
        renames: &["quarries:pits"],
        rows: &[
            "INSERT INTO quarries (id, name) VALUES (1, 'North')",
            "INSERT INTO stones (id, quarry_id) VALUES (7, 1)",
        ],
        kept: &[(
            "SELECT name AS answer FROM quarries JOIN stones ON quarry_id = quarries.id",
            &["North"],
        )],
        then: &[(
            "SELECT name AS answer FROM pits JOIN stones ON quarry_id = pits.id",
            &["North"],
        )],
        ..Case::default()
    }
}

/// A file for each.
fn change_two_domains() -> Case {
    let mut masons = quarries();
    let mut paid = quarries().col(integer("wage").default(0)).take();
    let mut deep = quarries().col(integer("depth").default(0)).take();
    Case {
        name: "change_two_domains",
        before: vec![
            declared("quarries", &mut quarries()),
            owned("guild", "masons", &mut masons),
        ],
        after: vec![
            declared("quarries", &mut deep),
            owned("guild", "masons", &mut paid),
        ],
        rows: ROWS,
        kept: KEPT,
        then: KEPT,
        ..Case::default()
    }
}
