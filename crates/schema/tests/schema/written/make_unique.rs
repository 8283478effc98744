//! Drops the index `ix_stones_name` and adds the index `ux_stones_cut_on`, `ux_stones_name` and
//! `ux_stones_name_cut_on`.

use sea_orm_migration::prelude::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name("ix_stones_name").to_owned())
            .await?;
        manager
            .create_index(indexes::unique_over(
                "stones",
                &["cut_on"],
                "name = 'granite'",
            ))
            .await?;
        manager
            .create_index(indexes::unique("stones", &["name"]))
            .await?;
        manager
            .create_index(indexes::unique_alive("stones", &["name", "cut_on"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name("ux_stones_name_cut_on").to_owned())
            .await?;
        manager
            .drop_index(Index::drop().name("ux_stones_name").to_owned())
            .await?;
        manager
            .drop_index(Index::drop().name("ux_stones_cut_on").to_owned())
            .await?;
        manager
            .create_index(indexes::plain("stones", &["name"]))
            .await
    }
}
