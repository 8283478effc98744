//! Renames `stones.name` to `title`, drops the index `ix_stones_name_id` and adds the index
//! `ix_stones_title_id`.

use sea_orm_migration::prelude::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table("stones")
                    .rename_column("name", "title")
                    .take(),
            )
            .await?;
        manager
            .drop_index(Index::drop().name("ix_stones_name_id").to_owned())
            .await?;
        manager
            .create_index(indexes::plain("stones", &["title", "id"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name("ix_stones_title_id").to_owned())
            .await?;
        indexes::spelt(
            manager,
            r#"CREATE INDEX ix_stones_name_id ON stones USING btree (title, id)"#,
            r#"CREATE INDEX "ix_stones_name_id" ON "stones" ("title", "id")"#,
        )
        .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("stones")
                    .rename_column("title", "name")
                    .take(),
            )
            .await
    }
}
