//! Drops the index `ix_stones_colour_id` and drops `stones.colour`, `stones.weight`,
//! `stones.is_cut`, `stones.mason_id`, `stones.cut_at` and `stones.note`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, boolean, string_len, string_len_null, timestamp_with_time_zone, uuid,
};

use crate::{alter, columns, indexes};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        up_stones(manager).await?;
        up_stones_2(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        down_stones(manager).await?;
        down_stones_2(manager).await?;
        down_stones_3(manager).await
    }
}

async fn up_stones(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .drop_index(Index::drop().name("ix_stones_colour_id").to_owned())
        .await?;
    // Destructive: stones.colour goes, with its values.
    manager
        .alter_table(Table::alter().table("stones").drop_column("colour").take())
        .await?;
    // Destructive: stones.weight goes, with its values.
    manager
        .alter_table(Table::alter().table("stones").drop_column("weight").take())
        .await?;
    // Destructive: stones.is_cut goes, with its values.
    manager
        .alter_table(Table::alter().table("stones").drop_column("is_cut").take())
        .await?;
    // Destructive: stones.mason_id goes, with its values.
    manager
        .alter_table(
            Table::alter()
                .table("stones")
                .drop_column("mason_id")
                .take(),
        )
        .await?;
    // Destructive: stones.cut_at goes, with its values.
    manager
        .alter_table(Table::alter().table("stones").drop_column("cut_at").take())
        .await
}

async fn up_stones_2(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // Destructive: stones.note goes, with its values.
    manager
        .alter_table(Table::alter().table("stones").drop_column("note").take())
        .await
}

async fn down_stones(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .alter_table(
            Table::alter()
                .table("stones")
                .add_column(string_len_null("note", 20))
                .take(),
        )
        .await?;
    // What stood there is gone: rows get a value that says nothing.
    manager
        .alter_table(
            Table::alter()
                .table("stones")
                .add_column(timestamp_with_time_zone("cut_at").default("1970-01-01T00:00:00+00:00"))
                .take(),
        )
        .await?;
    alter::table("stones")
        .column(timestamp_with_time_zone("cut_at"))
        .apply(manager)
        .await?;
    // What stood there is gone: rows get a value that says nothing.
    manager
        .alter_table(
            Table::alter()
                .table("stones")
                .add_column(uuid("mason_id").default(columns::nil(manager)))
                .take(),
        )
        .await?;
    alter::table("stones")
        .column(uuid("mason_id"))
        .apply(manager)
        .await
}

async fn down_stones_2(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // What stood there is gone: rows get a value that says nothing.
    manager
        .alter_table(
            Table::alter()
                .table("stones")
                .add_column(boolean("is_cut").default(false))
                .take(),
        )
        .await?;
    alter::table("stones")
        .column(boolean("is_cut"))
        .apply(manager)
        .await?;
    // What stood there is gone: rows get a value that says nothing.
    manager
        .alter_table(
            Table::alter()
                .table("stones")
                .add_column(big_integer("weight").default(0))
                .take(),
        )
        .await?;
    alter::table("stones")
        .column(big_integer("weight"))
        .apply(manager)
        .await?;
    // What stood there is gone: rows get a value that says nothing.
    manager
        .alter_table(
            Table::alter()
                .table("stones")
                .add_column(string_len("colour", 20).default(""))
                .take(),
        )
        .await?;
    alter::table("stones")
        .column(string_len("colour", 20))
        .apply(manager)
        .await
}

async fn down_stones_3(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_index(indexes::plain("stones", &["colour", "id"]))
        .await
}
