//! What is not written, and why.

use std::path::Path;

use ashlar_schema::{
    Declared, Error, Owners, Rename, Schema, Scratch, build, difference, discover, discover_beside,
    files, unindexed,
};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ColumnDef, ForeignKey, Index, Table};
use sea_orm_migration::schema::{
    big_integer, big_integer_null, date, string_len, timestamp_with_time_zone,
};

use crate::{case::declared, server::server};

async fn schema(tables: &[Declared]) -> Schema {
    let scratch = Scratch::new(&server()).await.unwrap();
    build(&scratch.databases, tables).await.unwrap();
    let schema = discover(&scratch.databases).await.unwrap();
    scratch.remove().await.unwrap();
    schema
}

fn stones(name: &'static str) -> Declared {
    let mut table = Table::create()
        .col(big_integer("id").primary_key())
        .col(string_len(name, 10))
        .take();
    declared("stones", &mut table)
}

mod a_rename_that_fits_nothing_is_refused {
    #[tokio::test]
    async fn postgres() {
        super::a_rename_that_fits_nothing_is_refused().await;
    }
}

async fn a_rename_that_fits_nothing_is_refused() {
    let (before, after) = (
        schema(&[stones("name")]).await,
        schema(&[stones("title")]).await,
    );
    for wrong in [
        "stones.colour:title",
        "stones.name:colour",
        "stones.name:id",
        "rocks.name:title",
        "stones:rocks",
    ] {
        let rename: Rename = wrong.parse().unwrap();
        let refused = difference(before.clone(), &after, &[rename]);
        assert!(
            matches!(refused, Err(Error::Rename(..))),
            "{wrong}: {refused:?}"
        );
    }
    let rename = "stones.name:title".parse().unwrap();
    assert_eq!(
        difference(before, &after, &[rename]).unwrap().steps.len(),
        1
    );
}

mod another_primary_key_is_left_to_a_person {
    #[tokio::test]
    async fn postgres() {
        super::another_primary_key_is_left_to_a_person().await;
    }
}

async fn another_primary_key_is_left_to_a_person() {
    let mut table = Table::create()
        .col(big_integer("id"))
        .col(string_len("name", 10))
        .primary_key(Index::create().col("id").col("name"))
        .take();
    let (before, after) = (
        schema(&[stones("name")]).await,
        schema(&[declared("stones", &mut table)]).await,
    );
    let refused = difference(before, &after, &[]);
    assert!(matches!(refused, Err(Error::ByHand(_))), "{refused:?}");
}

mod what_one_database_alone_has_is_told {
    #[tokio::test]
    async fn postgres() {
        super::what_one_database_alone_has_is_told().await;
    }
}

async fn what_one_database_alone_has_is_told() {
    let scratch = Scratch::new(&server()).await.unwrap();
    build(&scratch.databases, &[stones("name")]).await.unwrap();
    let (postgres, sqlite) = (&scratch.databases.postgres, &scratch.databases.sqlite);
    let index = "CREATE INDEX ix_words ON stones USING gin (to_tsvector('simple', name))";
    postgres.execute_unprepared(index).await.unwrap();
    let refused = discover(&scratch.databases).await.unwrap_err();
    let told = refused.to_string();
    assert!(told.contains(r#"vec!["ix_words"]"#), "{told}");
    let table = "CREATE VIRTUAL TABLE stones_words USING fts5(name)";
    sqlite.execute_unprepared(table).await.unwrap();

    let beside = |names: &'static [&str]| discover_beside(&scratch.databases, names);
    let schema = beside(&["ix_words", "stones_words"]).await.unwrap();
    assert_eq!(schema.keys().collect::<Vec<_>>(), ["stones"]);
    assert!(schema["stones"].indexes.is_empty(), "{schema:?}");

    let refused = beside(&["ix_words", "stones_words", "ix_gone"]).await;
    assert!(
        matches!(&refused, Err(Error::OnNone(name)) if name == "ix_gone"),
        "{refused:?}"
    );
    let refused = beside(&["stones"]).await;
    assert!(
        matches!(&refused, Err(Error::OnBoth(name)) if name == "stones"),
        "{refused:?}"
    );
    scratch.remove().await.unwrap();
}

mod what_each_database_converts_in_its_way_is_left_to_a_person {
    #[tokio::test]
    async fn postgres() {
        super::what_each_database_converts_in_its_way_is_left_to_a_person().await;
    }
}

async fn what_each_database_converts_in_its_way_is_left_to_a_person() {
    let stones = |cut_on: ColumnDef| {
        let mut table = Table::create()
            .col(big_integer("id").primary_key())
            .col(cut_on)
            .take();
        [declared("stones", &mut table)]
    };
    let (before, after) = (
        stones(date("cut_on")),
        stones(timestamp_with_time_zone("cut_on")),
    );
    let steps = difference(schema(&before).await, &schema(&after).await, &[]).unwrap();
    let owners = Owners::new(&after, Path::new(env!("CARGO_MANIFEST_DIR")), &steps).unwrap();
    let refused = files(&steps, &owners, true);
    assert!(
        matches!(&refused, Err(Error::ByHand(why)) if why.contains("stones.cut_on")),
        "{refused:?}"
    );
}

mod a_name_that_postgres_would_cut_off_is_told {
    #[tokio::test]
    async fn postgres() {
        super::a_name_that_postgres_would_cut_off_is_told().await;
    }
}

async fn a_name_that_postgres_would_cut_off_is_told() {
    let long = "the_name_of_a_stone_that_is_longer_than_any_name_may_be_here";
    let table = stones(long).with_indexes(&[ashlar_core::table::Index::on([long])]);
    let scratch = Scratch::new(&server()).await.unwrap();
    let refused = build(&scratch.databases, &[table]).await;
    assert!(
        matches!(&refused, Err(Error::Long(what)) if what.contains(long)),
        "{refused:?}"
    );
    scratch.remove().await.unwrap();
}

mod a_foreign_key_without_an_index_is_told {
    #[tokio::test]
    async fn postgres() {
        super::a_foreign_key_without_an_index_is_told().await;
    }
}

async fn a_foreign_key_without_an_index_is_told() {
    let mut above = ForeignKey::create()
        .from_col("above_id")
        .to("stones", "id")
        .to_owned();
    let mut table = Table::create()
        .col(big_integer("id").primary_key())
        .col(big_integer_null("above_id"))
        .foreign_key(&mut above)
        .take();
    let stones = declared("stones", &mut table);
    let by = |index: ashlar_core::table::Index| stones.clone().with_indexes(&[index]);
    let on = ashlar_core::table::Index::on;
    for (table, is_told) in [
        (stones.clone(), true),
        (by(on(vec!["id", "above_id"])), true),
        (by(on(vec!["above_id"]).over("id > 7")), true),
        (by(on(vec!["above_id", "id"])), false),
    ] {
        let told = unindexed(&schema(&[table]).await);
        assert_eq!(told.len(), usize::from(is_told), "{told:?}");
        assert!(
            told.iter().all(|key| key.contains("`above_id`")),
            "{told:?}"
        );
    }
}

mod an_index_that_nobody_declares_is_kept {
    #[tokio::test]
    async fn postgres() {
        super::an_index_that_nobody_declares_is_kept().await;
    }
}

async fn an_index_that_nobody_declares_is_kept() {
    let index = ashlar_core::table::Index::on;
    let by_hand = [
        index(vec!["name"]),
        index(vec!["id"]).then_descending("name").named("ix_last"),
        ashlar_core::table::Index::unique(["name"]).over("id > 7"),
    ];
    let before = schema(&[stones("name").with_indexes(&by_hand)]).await;
    let after = [stones("name")];
    let steps = difference(before, &schema(&after).await, &[]).unwrap();
    let owners = Owners::new(&after, Path::new(env!("CARGO_MANIFEST_DIR")), &steps).unwrap();

    let Err(Error::Destructive(dangers)) = files(&steps, &owners, false) else {
        panic!("{steps:?} is written");
    };

    for declaration in [
        r#"`Index::on(["name"])`"#,
        r#"`Index::on(["id"]).then_descending("name").named("ix_last")`"#,
        r#"`Index::unique(["name"]).over("id > 7")`"#,
    ] {
        let is_told = dangers.iter().any(|danger| danger.contains(declaration));
        assert!(is_told, "{declaration} is not told: {dangers:#?}");
    }
}

mod a_key_to_a_table_that_nobody_declares_is_told {
    #[tokio::test]
    async fn postgres() {
        super::a_key_to_a_table_that_nobody_declares_is_told().await;
    }
}

async fn a_key_to_a_table_that_nobody_declares_is_told() {
    let mut to_nowhere = ForeignKey::create()
        .from_col("id")
        .to("rocks", "id")
        .to_owned();
    let mut table = Table::create()
        .col(big_integer("id").primary_key())
        .foreign_key(&mut to_nowhere)
        .take();
    let scratch = Scratch::new(&server()).await.unwrap();
    let refused = build(&scratch.databases, &[declared("stones", &mut table)]).await;
    assert!(
        matches!(&refused, Err(Error::Undeclared(table, referred)) if table == "stones" && referred == "rocks"),
        "{refused:?}"
    );
    scratch.remove().await.unwrap();
}
