//! Creates `inbox`: which handler had which event; and `parked_events`: those that failed, and those
//! that wait behind them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, integer, string_len, string_len_null, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid,
};

use crate::indexes;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(inbox()).await?;
        manager
            .create_index(indexes::plain("inbox", &["received_at"]))
            .await?;
        manager.create_table(parked_events()).await?;
        let retrying = "state = 'retrying'";
        for columns in [&["handler", "key", "position"][..], &["next_attempt_at"]] {
            manager
                .create_index(indexes::over("parked_events", columns, retrying))
                .await?;
        }
        manager
            .create_index(indexes::over(
                "parked_events",
                &["created_at", "id"],
                "state = 'dead'",
            ))
            .await?;
        manager
            .create_index(indexes::unique("parked_events", &["id"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["parked_events", "inbox"] {
            manager
                .drop_table(Table::drop().table(table).take())
                .await?;
        }
        Ok(())
    }
}

fn inbox() -> TableCreateStatement {
    Table::create()
        .table("inbox")
        .col(string_len("handler", 100))
        .col(uuid("event_id"))
        .col(timestamp_with_time_zone("received_at"))
        .primary_key(Index::create().col("handler").col("event_id"))
        .take()
}

fn parked_events() -> TableCreateStatement {
    Table::create()
        .table("parked_events")
        // The order in which they came.
        .col(big_integer("position").primary_key().auto_increment())
        .col(uuid("id"))
        .col(string_len("handler", 100))
        .col(uuid("event_id"))
        .col(uuid("key"))
        .col(string_len("name", 100))
        .col(integer("version"))
        .col(text("payload"))
        .col(timestamp_with_time_zone("occurred_at"))
        .col(string_len_null("request_id", 128))
        .col(string_len_null("traceparent", 55))
        .col(string_len("state", 16))
        .col(integer("attempts"))
        .col(timestamp_with_time_zone("next_attempt_at"))
        .col(text_null("errors"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("died_at"))
        .take()
}
