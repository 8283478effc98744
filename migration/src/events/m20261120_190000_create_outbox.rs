//! Creates `outbox`, and `outbox_partitions`: who drains which part of it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, integer, small_integer, string_len, string_len_null, text,
    timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
};

use crate::indexes;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(outbox()).await?;
        manager.create_table(partitions()).await?;
        manager
            .create_index(indexes::over(
                "outbox",
                &["partition", "position"],
                "published_at IS NULL",
            ))
            .await?;
        manager
            .create_index(indexes::over(
                "outbox",
                &["published_at"],
                "published_at IS NOT NULL",
            ))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["outbox_partitions", "outbox"] {
            manager
                .drop_table(Table::drop().table(table).take())
                .await?;
        }
        Ok(())
    }
}

fn outbox() -> TableCreateStatement {
    Table::create()
        .table("outbox")
        // Counts up, and never takes a number again.
        .col(big_integer("position").primary_key().auto_increment())
        .col(uuid("id"))
        .col(small_integer("partition"))
        .col(uuid("key"))
        .col(string_len("name", 100))
        .col(integer("version"))
        .col(text("payload"))
        .col(timestamp_with_time_zone("occurred_at"))
        .col(string_len_null("request_id", 128))
        .col(string_len_null("traceparent", 55))
        .col(timestamp_with_time_zone_null("published_at"))
        .take()
}

fn partitions() -> TableCreateStatement {
    Table::create()
        .table("outbox_partitions")
        .col(small_integer("partition").primary_key())
        .col(string_len_null("owner", 100))
        .col(timestamp_with_time_zone_null("lease_until"))
        .take()
}
