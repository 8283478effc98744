//! Drops the index `ix_stones_cut_on_id`, `ix_stones_name` and `ix_uncut` and adds the index
//! `ix_stones_id`, `ix_stones_id_cut_on`, `ix_stones_name_id` and `ix_uncut`.

use sea_orm_migration::prelude::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        up_stones(manager).await?;
        up_stones_2(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name("ix_uncut").to_owned())
            .await?;
        manager
            .drop_index(Index::drop().name("ix_stones_name_id").to_owned())
            .await?;
        manager
            .drop_index(Index::drop().name("ix_stones_id_cut_on").to_owned())
            .await?;
        manager
            .drop_index(Index::drop().name("ix_stones_id").to_owned())
            .await?;
        indexes::spelt(
            manager,
            r#"CREATE INDEX ix_uncut ON stones USING btree (id) WHERE (cut_on IS NULL)"#,
            r#"CREATE INDEX "ix_uncut" ON "stones" ("id") WHERE cut_on IS NULL"#,
        )
        .await?;
        manager
            .create_index(indexes::plain("stones", &["name"]))
            .await?;
        manager
            .create_index(indexes::plain("stones", &["cut_on", "id"]))
            .await
    }
}

async fn up_stones(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // Destructive: index ix_stones_cut_on_id goes, and no other does what it did.
    manager
        .drop_index(Index::drop().name("ix_stones_cut_on_id").to_owned())
        .await?;
    // Destructive: index ix_stones_name goes, and no other does what it did.
    manager
        .drop_index(Index::drop().name("ix_stones_name").to_owned())
        .await?;
    manager
        .drop_index(Index::drop().name("ix_uncut").to_owned())
        .await?;
    manager
        .create_index(indexes::over("stones", &["id"], "name = 'granite'"))
        .await?;
    manager
        .create_index(indexes::plain("stones", &["id", "cut_on"]))
        .await?;
    manager
        .create_index(indexes::alive("stones", &["name", "id"]))
        .await
}

async fn up_stones_2(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    indexes::spelt(
        manager,
        r#"CREATE INDEX "ix_uncut" ON "stones" ("id") WHERE cut_on IS NOT NULL"#,
        r#"CREATE INDEX "ix_uncut" ON "stones" ("id") WHERE cut_on IS NOT NULL"#,
    )
    .await
}
