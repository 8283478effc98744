//! Down undoes up, for each migration.

use crate::database::{Scratch, schema};
use crate::on_both_databases;

on_both_databases!(
    each_step_down_undoes_its_step_up,
    up_down_up_gives_the_same_schema
);

async fn up_down_up_gives_the_same_schema(scratch: &Scratch) {
    let db = scratch.connect_single().await;

    let applied = ashlar_migration::up(&db, None).await.unwrap();
    let first = schema(&db).await;
    let mut reverted = ashlar_migration::down(&db, u32::MAX).await.unwrap();
    let empty = schema(&db).await;
    let again = ashlar_migration::up(&db, None).await.unwrap();

    assert!(
        first.iter().any(|line| line.contains("ux_users_email_key")),
        "{first:#?}"
    );
    assert!(
        empty.iter().all(|line| line.contains("seaql_migrations")),
        "{empty:#?}"
    );
    assert_eq!(schema(&db).await, first);
    reverted.reverse();
    assert_eq!(applied, reverted);
    assert_eq!(applied, again);
}

async fn each_step_down_undoes_its_step_up(scratch: &Scratch) {
    let db = scratch.connect().await;
    // Makes the version table, so that it is in every schema compared.
    ashlar_migration::up(&db, Some(1)).await.unwrap();
    ashlar_migration::down(&db, 1).await.unwrap();

    while !ashlar_migration::pending(&db).await.unwrap().is_empty() {
        let before = schema(&db).await;
        let up = ashlar_migration::up(&db, Some(1)).await.unwrap();
        let down = ashlar_migration::down(&db, 1).await.unwrap();

        assert_eq!(up.len(), 1);
        assert_eq!(up, down);
        assert_eq!(schema(&db).await, before, "{up:?} is not undone");
        ashlar_migration::up(&db, Some(1)).await.unwrap();
    }
}
