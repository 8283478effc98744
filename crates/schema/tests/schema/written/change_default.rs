//! Changes the default of `stones.state`, `stones.weight` and `stones.colour`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, string_len};

use crate::alter;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        alter::table("stones")
            .column(string_len("state", 16).default("raw"))
            .column(integer("weight").default(-2))
            .column(string_len("colour", 16))
            .apply(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        alter::table("stones")
            .column(string_len("colour", 16).default("grey"))
            .column(integer("weight").default(1))
            .column(string_len("state", 16))
            .apply(manager)
            .await
    }
}
