//! Adds `account_tokens.sent_at`: when a link was last sent once more.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::timestamp_with_time_zone_null;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter()
            .table("account_tokens")
            .add_column(timestamp_with_time_zone_null("sent_at"))
            .take();
        manager.alter_table(add).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::alter()
            .table("account_tokens")
            .drop_column("sent_at")
            .take();
        manager.alter_table(drop).await
    }
}
