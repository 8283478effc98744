//! Adds `oauth_codes.authenticated_at`: when the provider last asked its user who they are, if it says.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::timestamp_with_time_zone_null;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter()
            .table("oauth_codes")
            .add_column(timestamp_with_time_zone_null("authenticated_at"))
            .take();
        manager.alter_table(add).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::alter()
            .table("oauth_codes")
            .drop_column("authenticated_at")
            .take();
        manager.alter_table(drop).await
    }
}
