//! Creates `totp_credentials` and `recovery_codes`: the authenticator app of a user, and what stands
//! in for it once it is lost.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer_null, integer, string_len, text, timestamp_with_time_zone_null, uuid,
};

use crate::{columns, indexes};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(totp_credentials()).await?;
        manager.create_table(recovery_codes()).await?;
        // A code is looked up by its user and its hash.
        manager
            .create_index(indexes::unique("recovery_codes", &["user_id", "code_hash"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("recovery_codes").take())
            .await?;
        manager
            .drop_table(Table::drop().table("totp_credentials").take())
            .await
    }
}

fn totp_credentials() -> TableCreateStatement {
    Table::create()
        .table("totp_credentials")
        .col(uuid("user_id").primary_key())
        // The secret, sealed.
        .col(text("secret"))
        // The step of the last code that was accepted: no code up to it is accepted again.
        .col(big_integer_null("last_step"))
        // Wrong codes since the last right one, and until when no other is looked at.
        .col(integer("failures").default(0))
        .col(timestamp_with_time_zone_null("blocked_until"))
        .col(columns::created_at())
        // It is asked for from here on.
        .col(timestamp_with_time_zone_null("confirmed_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_totp_credentials_user_id")
                .from("totp_credentials", "user_id")
                .to("users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn recovery_codes() -> TableCreateStatement {
    Table::create()
        .table("recovery_codes")
        .col(columns::id())
        .col(uuid("user_id"))
        // HMAC-SHA-256 in hexadecimal.
        .col(string_len("code_hash", 64))
        .col(columns::created_at())
        .col(timestamp_with_time_zone_null("used_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_recovery_codes_user_id")
                .from("recovery_codes", "user_id")
                .to("users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
