//! Creates `oauth_codes`: one-time codes with which a browser that came back from a provider signs in.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string_len, timestamp_with_time_zone, uuid};

use crate::{columns, indexes};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(oauth_codes()).await?;
        manager
            .create_index(indexes::unique("oauth_codes", &["code_hash"]))
            .await?;
        // Those that nobody used are removed after a while.
        manager
            .create_index(indexes::plain("oauth_codes", &["expires_at"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("oauth_codes").take())
            .await
    }
}

fn oauth_codes() -> TableCreateStatement {
    Table::create()
        .table("oauth_codes")
        .col(columns::id())
        // SHA-256 in hexadecimal, as below.
        .col(string_len("code_hash", 64))
        .col(string_len("browser_hash", 64))
        .col(uuid("user_id"))
        .col(string_len("provider", 32))
        .col(columns::created_at())
        .col(timestamp_with_time_zone("expires_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_oauth_codes_user_id")
                .from("oauth_codes", "user_id")
                .to("users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
