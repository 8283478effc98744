//! Creates `oauth_accounts`: accounts at providers that users linked to theirs, and the tokens to them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, string_len, string_len_null, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid,
};

use crate::{columns, indexes};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(oauth_accounts()).await?;
        // An account at a provider belongs to one user, and a user links one of each provider.
        manager
            .create_index(indexes::unique("oauth_accounts", &["provider", "subject"]))
            .await?;
        manager
            .create_index(indexes::unique("oauth_accounts", &["user_id", "provider"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("oauth_accounts").take())
            .await
    }
}

fn oauth_accounts() -> TableCreateStatement {
    Table::create()
        .table("oauth_accounts")
        .col(columns::id())
        .col(uuid("user_id"))
        .col(string_len("provider", 32))
        // The provider's own id of the account (`sub`).
        .col(string_len("subject", 255))
        .col(string_len_null("email", 254))
        .col(string_len_null("name", 255))
        .col(text("scopes"))
        // Sealed.
        .col(text_null("access_token_sealed"))
        .col(text_null("refresh_token_sealed"))
        // Of the access token, where the provider says.
        .col(timestamp_with_time_zone_null("expires_at"))
        // Until when whoever refreshes the tokens has that to themselves.
        .col(timestamp_with_time_zone_null("refreshing_until"))
        // Since when the provider refuses to refresh them.
        .col(timestamp_with_time_zone_null("revoked_at"))
        .col(timestamp_with_time_zone("linked_at"))
        .col(big_integer("version").default(1))
        .foreign_key(
            ForeignKey::create()
                .name("fk_oauth_accounts_user_id")
                .from("oauth_accounts", "user_id")
                .to("users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
