//! Indexes `oauth_flows` by who links a provider in them: those are removed when their user's password changes or
//! the user goes.

use sea_orm_migration::prelude::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_index(indexes::plain("oauth_flows", &["link_user_id"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name("ix_oauth_flows_link_user_id").to_owned())
            .await
    }
}
