//! Changes the nullability of `stones.weight`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, integer_null};

use crate::alter;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Destructive: stones.weight becomes not null and has no default: rows may have no value
        // for it.
        alter::table("stones")
            .column(integer("weight"))
            .apply(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        alter::table("stones")
            .column(integer_null("weight"))
            .apply(manager)
            .await
    }
}
