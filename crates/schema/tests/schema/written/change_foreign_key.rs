//! Drops the foreign key `fk_stones_quarry_id` and adds the foreign key `fk_stones_quarry_id`.

use sea_orm_migration::prelude::*;

use crate::alter;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        alter::table("stones")
            .drop_foreign_key("fk_stones_quarry_id", &["quarry_id"])
            .add_foreign_key(
                ForeignKey::create()
                    .name("fk_stones_quarry_id")
                    .from("stones", "quarry_id")
                    .to("quarries", "id")
                    .on_delete(ForeignKeyAction::Restrict),
            )
            .apply(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        alter::table("stones")
            .drop_foreign_key("fk_stones_quarry_id", &["quarry_id"])
            .add_foreign_key(
                ForeignKey::create()
                    .name("fk_stones_quarry_id")
                    .from("stones", "quarry_id")
                    .to("quarries", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .apply(manager)
            .await
    }
}
