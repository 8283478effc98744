//! Creates `account_tokens`: which links are out in mails. The links themselves are in no table.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    string_len, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
};

use crate::{columns, indexes};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(account_tokens()).await?;
        // The newest of a purpose replaces the one before; serves the foreign key too.
        manager
            .create_index(indexes::unique("account_tokens", &["user_id", "purpose"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("account_tokens").take())
            .await
    }
}

fn account_tokens() -> TableCreateStatement {
    Table::create()
        .table("account_tokens")
        .col(columns::id())
        .col(uuid("user_id"))
        .col(string_len("purpose", 32))
        // The address that the mail goes to.
        .col(string_len("email", 254))
        .col(columns::created_at())
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("used_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_account_tokens_user_id")
                .from("account_tokens", "user_id")
                .to("users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
