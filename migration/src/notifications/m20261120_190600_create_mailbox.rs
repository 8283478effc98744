//! Creates `mailbox`: where mail goes while there is no mail server.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string_len, text, timestamp_with_time_zone};

use crate::{columns, indexes};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("mailbox")
            // That of the job that sent it, so that a mail is there once.
            .col(columns::id())
            .col(string_len("recipient", 320))
            .col(text("subject"))
            .col(text("text"))
            .col(text("html"))
            .col(timestamp_with_time_zone("sent_at"))
            .take();
        manager.create_table(table).await?;
        // Serves the list, newest first, and the pruning of its end.
        manager
            .create_index(indexes::plain("mailbox", &["sent_at", "id"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("mailbox").take())
            .await
    }
}
