//! Drops the foreign key `fk_stones_quarry_id` and drops `quarries`, `carts` and `stones`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, string_len};

use crate::alter;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        alter::table("stones")
            .drop_foreign_key("fk_stones_quarry_id", &["quarry_id"])
            .apply(manager)
            .await?;
        // Destructive: table quarries goes, with its rows.
        manager
            .drop_table(Table::drop().table("quarries").take())
            .await?;
        // Destructive: table carts goes, with its rows.
        manager
            .drop_table(Table::drop().table("carts").take())
            .await?;
        // Destructive: table stones goes, with its rows.
        manager
            .drop_table(Table::drop().table("stones").take())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(stones()).await?;
        manager.create_table(carts()).await?;
        manager.create_table(quarries()).await?;
        alter::table("stones")
            .add_foreign_key(
                ForeignKey::create()
                    .name("fk_stones_quarry_id")
                    .from("stones", "quarry_id")
                    .to("quarries", "id"),
            )
            .apply(manager)
            .await
    }
}

fn stones() -> TableCreateStatement {
    Table::create()
        .table("stones")
        .col(big_integer("id").primary_key())
        .col(big_integer("quarry_id"))
        .take()
}

fn carts() -> TableCreateStatement {
    Table::create()
        .table("carts")
        .col(big_integer("id").primary_key())
        .col(big_integer("stone_id"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_carts_stone_id")
                .from("carts", "stone_id")
                .to("stones", "id"),
        )
        .take()
}

fn quarries() -> TableCreateStatement {
    Table::create()
        .table("quarries")
        .col(big_integer("id").primary_key())
        .col(string_len("name", 50))
        .col(big_integer_null("best_id"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_quarries_best_id")
                .from("quarries", "best_id")
                .to("stones", "id"),
        )
        .take()
}
