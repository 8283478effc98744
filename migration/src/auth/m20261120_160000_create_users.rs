//! Creates `users`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string_len, text};

use crate::{columns, indexes};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(users()).await?;
        // An address is free again once its account is deleted.
        manager
            .create_index(indexes::unique_alive("users", &["email_key"]))
            .await?;
        // Who the admins are is asked before one of them goes.
        manager
            .create_index(indexes::alive("users", &["role", "id"]))
            .await?;
        for columns in lists() {
            manager
                .create_index(indexes::alive("users", columns))
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("users").take())
            .await
    }
}

fn users() -> TableCreateStatement {
    Table::create()
        .table("users")
        .col(columns::id())
        // As typed, and as compared. 254: the longest address that fits an SMTP path (RFC 5321,
        // 4.5.3.1.3).
        .col(string_len("email", 254))
        .col(string_len("email_key", 254))
        .col(string_len("display_name", 100))
        .col(text("password_hash").default(""))
        .col(string_len("role", 16).default("user"))
        .col(string_len("status", 16).default("active"))
        .col(columns::version())
        .col(columns::created_at())
        .col(columns::updated_at())
        .col(columns::deleted_at())
        .take()
}

/// One index for each order a list of users can be read in; `id` breaks ties.
fn lists() -> [&'static [&'static str]; 5] {
    [
        &["created_at", "id"],
        &["updated_at", "id"],
        &["email_key", "id"],
        &["display_name", "id"],
        &["status", "created_at", "id"],
    ]
}
