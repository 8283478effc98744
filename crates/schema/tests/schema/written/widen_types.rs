//! Changes the type of `stones.name`, `stones.about`, `stones.weight` and `stones.rank`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer, small_integer, string_len, text};

use crate::alter;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        alter::table("stones")
            .column(string_len("name", 32).default("stone"))
            .column(text("about"))
            .column(big_integer("weight"))
            .column(integer("rank"))
            .apply(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        alter::table("stones")
            .column(small_integer("rank"))
            .column(integer("weight"))
            .column(string_len("about", 100))
            .column(string_len("name", 16).default("stone"))
            .apply(manager)
            .await
    }
}
