//! Adds `oauth_flows.fresh`: whether the provider was asked to ask its user once more who they are.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::boolean;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter()
            .table("oauth_flows")
            .add_column(boolean("fresh").default(false))
            .take();
        manager.alter_table(add).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::alter()
            .table("oauth_flows")
            .drop_column("fresh")
            .take();
        manager.alter_table(drop).await
    }
}
