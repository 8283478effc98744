//! Creates `sessions`: sign-ins, each with the refresh tokens that come of it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, boolean, string_len, string_len_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid,
};

use crate::{columns, indexes};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(sessions()).await?;
        // Someone's sessions, the newest first; serves the foreign key too.
        manager
            .create_index(indexes::plain("sessions", &["user_id", "created_at"]))
            .await?;
        // Those that are over are removed after a while.
        manager
            .create_index(indexes::plain("sessions", &["expires_at"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("sessions").take())
            .await
    }
}

fn sessions() -> TableCreateStatement {
    Table::create()
        .table("sessions")
        .col(columns::id())
        .col(uuid("user_id"))
        // How the user proved who they are (RFC 8176), words with a space between.
        .col(string_len("methods", 100))
        // Whether its tokens travel in cookies.
        .col(boolean("cookies").default(false))
        .col(string_len_null("user_agent", 255))
        .col(string_len_null("address", 45))
        // How many refresh tokens there were, the SHA-256 of the newest in hexadecimal, and since
        // when it is the newest.
        .col(big_integer("generation").default(0))
        .col(string_len("token_hash", 64))
        .col(timestamp_with_time_zone("rotated_at"))
        .col(columns::created_at())
        // When the user last proved who they are.
        .col(timestamp_with_time_zone("authenticated_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("revoked_at"))
        .col(string_len_null("revoked_for", 32))
        .foreign_key(
            ForeignKey::create()
                .name("fk_sessions_user_id")
                .from("sessions", "user_id")
                .to("users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
