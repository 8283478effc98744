//! Creates `oauth_flows`: visits to a provider from which a browser has not come back yet.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string_len, text, timestamp_with_time_zone, uuid_null};

use crate::{columns, indexes};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(oauth_flows()).await?;
        manager
            .create_index(indexes::unique("oauth_flows", &["state_hash"]))
            .await?;
        // Those that nobody came back from are removed after a while.
        manager
            .create_index(indexes::plain("oauth_flows", &["expires_at"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("oauth_flows").take())
            .await
    }
}

fn oauth_flows() -> TableCreateStatement {
    Table::create()
        .table("oauth_flows")
        .col(columns::id())
        // SHA-256 in hexadecimal, as below: the secrets themselves only the browser has.
        .col(string_len("state_hash", 64))
        .col(string_len("browser_hash", 64))
        .col(string_len("provider", 32))
        // What the ID token must repeat (OpenID Connect Core 1.0, 3.1.2.1).
        .col(string_len("nonce", 64))
        // PKCE's verifier (RFC 7636), sealed.
        .col(text("verifier_sealed"))
        .col(text("redirect_to"))
        // Who links the provider to their account; nobody: it is a sign-in.
        .col(uuid_null("link_user_id"))
        .col(columns::created_at())
        .col(timestamp_with_time_zone("expires_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_oauth_flows_link_user_id")
                .from("oauth_flows", "link_user_id")
                .to("users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
