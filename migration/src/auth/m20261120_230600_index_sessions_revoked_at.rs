//! Indexes `sessions` by when they were ended: the ended ones are removed after a while.

use sea_orm_migration::prelude::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let ended = "revoked_at IS NOT NULL";
        manager
            .create_index(indexes::over("sessions", &["revoked_at"], ended))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name("ix_sessions_revoked_at").to_owned())
            .await
    }
}
