//! Changes the type of `stones.name` and changes the type and default of `stones.count`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, string_len, text};

use crate::alter;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Destructive: stones.name becomes character varying(16): not every text is one;
        // stones.count becomes integer: not every text is one.
        alter::table("stones")
            .column(string_len("name", 16))
            .column(integer("count").default(0))
            .apply(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        alter::table("stones")
            .column(text("count").default("0"))
            .column(text("name"))
            .apply(manager)
            .await
    }
}
