//! Creates `passkeys` and `passkey_challenges`: the WebAuthn credentials of users, and what they are
//! asked to sign.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, boolean, string_len, text, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};

use crate::{columns, indexes};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(passkeys()).await?;
        // Whose it is that signed.
        manager
            .create_index(indexes::unique("passkeys", &["credential_id"]))
            .await?;
        // Someone's passkeys, in the order in which they came; serves the foreign key too.
        manager
            .create_index(indexes::plain("passkeys", &["user_id", "created_at"]))
            .await?;
        manager.create_table(passkey_challenges()).await?;
        for column in ["user_id", "expires_at"] {
            manager
                .create_index(indexes::plain("passkey_challenges", &[column]))
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("passkey_challenges").take())
            .await?;
        manager
            .drop_table(Table::drop().table("passkeys").take())
            .await
    }
}

fn passkeys() -> TableCreateStatement {
    Table::create()
        .table("passkeys")
        .col(columns::id())
        .col(uuid("user_id"))
        // As the authenticator made it, in base64url; it may have 1023 bytes.
        .col(string_len("credential_id", 1364))
        // COSE_Key (RFC 9052, 7) in base64url.
        .col(text("public_key"))
        .col(string_len("name", 100))
        .col(big_integer("sign_count"))
        // Whether it can be copied to other devices, and whether it is.
        .col(boolean("backup_eligible"))
        .col(boolean("backed_up"))
        // How it is reached, words with a space between.
        .col(string_len("transports", 100))
        .col(columns::created_at())
        .col(timestamp_with_time_zone_null("last_used_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_passkeys_user_id")
                .from("passkeys", "user_id")
                .to("users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn passkey_challenges() -> TableCreateStatement {
    Table::create()
        .table("passkey_challenges")
        .col(columns::id())
        // Who asked; nobody when somebody wants to sign in.
        .col(uuid_null("user_id"))
        .col(string_len("purpose", 16))
        // 32 random bytes in base64url.
        .col(string_len("challenge", 43))
        .col(timestamp_with_time_zone("expires_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_passkey_challenges_user_id")
                .from("passkey_challenges", "user_id")
                .to("users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
