//! Drops `users.password_hash`, which stands in `passwords` now.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::text;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::alter()
            .table("users")
            .drop_column("password_hash")
            .take();
        manager.alter_table(drop).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter()
            .table("users")
            .add_column(text("password_hash").default(""))
            .take();
        manager.alter_table(add).await
    }
}
