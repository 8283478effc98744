//! Drops the index `ix_stones_name_cut_on_id` and adds the index `ix_stones_name_cut_on_id`.

use sea_orm_migration::prelude::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name("ix_stones_name_cut_on_id").to_owned())
            .await?;
        indexes::spelt(
            manager,
            r#"CREATE INDEX "ix_stones_name_cut_on_id"
               ON "stones" ("name", (coalesce(cut_on, date '9999-12-31')), "id" DESC)
               WHERE deleted_at IS NULL"#,
            r#"CREATE INDEX "ix_stones_name_cut_on_id"
               ON "stones" ("name", (coalesce(cut_on, '9999-12-31')), "id" DESC)
               WHERE deleted_at IS NULL"#,
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name("ix_stones_name_cut_on_id").to_owned())
            .await?;
        indexes::spelt(
            manager,
            r#"CREATE INDEX ix_stones_name_cut_on_id
               ON stones USING btree (name, COALESCE(cut_on, '1999-12-31'::date), id DESC)
               WHERE (deleted_at IS NULL)"#,
            r#"CREATE INDEX "ix_stones_name_cut_on_id"
               ON "stones" ("name", (coalesce(cut_on, '1999-12-31')), "id" DESC)
               WHERE deleted_at IS NULL"#,
        )
        .await
    }
}
