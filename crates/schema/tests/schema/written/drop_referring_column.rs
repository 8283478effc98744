//! Drops the foreign key `fk_stones_above_id` and drops `stones.above_id`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::big_integer_null;

use crate::alter;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        alter::table("stones")
            .drop_foreign_key("fk_stones_above_id", &["above_id"])
            .apply(manager)
            .await?;
        // Destructive: stones.above_id goes, with its values.
        manager
            .alter_table(
                Table::alter()
                    .table("stones")
                    .drop_column("above_id")
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table("stones")
                    .add_column(big_integer_null("above_id"))
                    .take(),
            )
            .await?;
        alter::table("stones")
            .add_foreign_key(
                ForeignKey::create()
                    .name("fk_stones_above_id")
                    .from("stones", "above_id")
                    .to("stones", "id")
                    .on_delete(ForeignKeyAction::SetNull),
            )
            .apply(manager)
            .await
    }
}
