//! Adds `api_keys.second_factor`: whether a key was made in a sign-in with a second factor.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::boolean;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter()
            .table("api_keys")
            .add_column(boolean("second_factor").default(false))
            .take();
        manager.alter_table(add).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::alter()
            .table("api_keys")
            .drop_column("second_factor")
            .take();
        manager.alter_table(drop).await
    }
}
