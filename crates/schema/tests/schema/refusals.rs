//! What is not written, and why.

use ashlar_schema::{Declared, Error, Rename, Schema, Scratch, build, difference, discover};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Index, Table};
use sea_orm_migration::schema::{big_integer, string_len};

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
    let index = "CREATE INDEX ix_stones_name ON stones (name)";
    scratch
        .databases
        .sqlite
        .execute_unprepared(index)
        .await
        .unwrap();

    let refused = discover(&scratch.databases).await;

    assert!(
        matches!(&refused, Err(Error::OneSided(what)) if what.contains("ix_stones_name")),
        "{refused:?}"
    );
    scratch.remove().await.unwrap();
}
