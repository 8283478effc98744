//! Adds `oauth_flows.link_session_id`: in which session a link was begun, which ends with it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::uuid_null;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter()
            .table("oauth_flows")
            .add_column(uuid_null("link_session_id"))
            .take();
        manager.alter_table(add).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::alter()
            .table("oauth_flows")
            .drop_column("link_session_id")
            .take();
        manager.alter_table(drop).await
    }
}
