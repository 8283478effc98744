//! Creates `auth_throttles`: how often something was guessed, and when it may be again.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string_len};

use crate::indexes;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(throttles()).await?;
        // Those that say nothing any more are removed every day.
        manager
            .create_index(indexes::plain("auth_throttles", &["expires_at"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("auth_throttles").take())
            .await
    }
}

/// Times are microseconds since the Unix epoch: one statement reckons with them, on both databases.
fn throttles() -> TableCreateStatement {
    Table::create()
        .table("auth_throttles")
        // An HMAC of what is throttled: neither accounts nor addresses can be told from it.
        .col(string_len("key_hash", 64).primary_key())
        // When every guess is forgotten, and when the next is let through.
        .col(big_integer("empty_at"))
        .col(big_integer("ready_at"))
        .col(big_integer("expires_at"))
        // When the audit log was last told of a refusal.
        .col(big_integer("told_at"))
        .take()
}
