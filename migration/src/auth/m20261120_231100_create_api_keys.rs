//! Creates `api_keys`: personal access tokens, of which only a hash is kept.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string_len, text, timestamp_with_time_zone_null, uuid};

use crate::{columns, indexes};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(api_keys()).await?;
        manager
            .create_index(indexes::unique("api_keys", &["hash"]))
            .await?;
        // Someone's keys, the newest first; serves the foreign key too.
        let of_user = &["user_id", "created_at", "id"];
        manager
            .create_index(indexes::plain("api_keys", of_user))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("api_keys").take())
            .await
    }
}

fn api_keys() -> TableCreateStatement {
    Table::create()
        .table("api_keys")
        .col(columns::id())
        .col(uuid("user_id"))
        .col(string_len("name", 100))
        // How the key begins, by which its owner knows it.
        .col(string_len("prefix", 12))
        // The SHA-256 of the whole key in hexadecimal.
        .col(string_len("hash", 64))
        // Names with a space between.
        .col(text("scopes"))
        .col(columns::created_at())
        .col(timestamp_with_time_zone_null("expires_at"))
        .col(timestamp_with_time_zone_null("last_used_at"))
        .col(timestamp_with_time_zone_null("revoked_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_api_keys_user_id")
                .from("api_keys", "user_id")
                .to("users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
