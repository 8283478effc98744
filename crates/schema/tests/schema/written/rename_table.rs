//! What changed in the tables of quarry:
//!
//! - renames `quarries` to `pits`
//! - drops the index `ix_quarries_name`
//! - adds `pits.depth`
//! - adds the index `ix_pits_name`

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::big_integer_null;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .rename_table(Table::rename().table("quarries", "pits").take())
            .await?;
        manager
            .drop_index(Index::drop().name("ix_quarries_name").to_owned())
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("pits")
                    .add_column(big_integer_null("depth"))
                    .take(),
            )
            .await?;
        manager
            .create_index(indexes::plain("pits", &["name"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name("ix_pits_name").to_owned())
            .await?;
        manager
            .alter_table(Table::alter().table("pits").drop_column("depth").take())
            .await?;
        indexes::spelt(
            manager,
            r#"CREATE INDEX ix_quarries_name ON pits USING btree (name)"#,
            r#"CREATE INDEX "ix_quarries_name" ON "pits" ("name")"#,
        )
        .await?;
        manager
            .rename_table(Table::rename().table("pits", "quarries").take())
            .await
    }
}
