//! Adds `stones.colour`, `stones.weight`, `stones.state` and `stones.is_cut`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, boolean, string_len, string_len_null};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table("stones")
                    .add_column(string_len_null("colour", 20))
                    .take(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("stones")
                    .add_column(big_integer("weight").default(0))
                    .take(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("stones")
                    .add_column(string_len("state", 16).default("it's raw"))
                    .take(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("stones")
                    .add_column(boolean("is_cut").default(false))
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(Table::alter().table("stones").drop_column("is_cut").take())
            .await?;
        manager
            .alter_table(Table::alter().table("stones").drop_column("state").take())
            .await?;
        manager
            .alter_table(Table::alter().table("stones").drop_column("weight").take())
            .await?;
        manager
            .alter_table(Table::alter().table("stones").drop_column("colour").take())
            .await
    }
}
