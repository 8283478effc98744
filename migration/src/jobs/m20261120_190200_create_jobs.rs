//! Creates `jobs`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, boolean, integer, small_integer, string_len, string_len_null, text, text_null,
    timestamp_with_time_zone, timestamp_with_time_zone_null,
};

use crate::{columns, indexes};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(jobs()).await?;
        // Each over the rows that its query looks at, so that none of them grows with the finished
        // jobs but the one that prunes them.
        let mut ready = indexes::over("jobs", &["queue"], "state = 'pending'");
        ready
            .name("ix_jobs_queue_priority_run_at_id")
            .col(("priority", IndexOrder::Desc))
            .col("run_at")
            .col("id");
        let mut unique = indexes::unique("jobs", &["name", "unique_key"]);
        unique.and_where(Expr::cust("unique_key IS NOT NULL AND finished_at IS NULL"));
        let others = [
            indexes::over("jobs", &["run_at"], "state = 'scheduled'"),
            indexes::over("jobs", &["lease_until"], "state = 'running'"),
            indexes::over("jobs", &["id"], "state = 'failed'"),
            indexes::over("jobs", &["state", "finished_at"], "finished_at IS NOT NULL"),
        ];
        for index in [ready, unique].into_iter().chain(others) {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("jobs").take()).await
    }
}

fn jobs() -> TableCreateStatement {
    Table::create()
        .table("jobs")
        .col(columns::id())
        .col(string_len("name", 100))
        .col(integer("version"))
        .col(string_len("queue", 50))
        .col(small_integer("priority"))
        .col(text("payload"))
        .col(string_len("state", 16))
        .col(string_len_null("unique_key", 255))
        .col(integer("attempts"))
        .col(integer("max_attempts"))
        .col(timestamp_with_time_zone("run_at"))
        .col(big_integer("fence"))
        .col(string_len_null("worker", 100))
        .col(timestamp_with_time_zone_null("lease_until"))
        .col(boolean("cancel_requested"))
        .col(small_integer("progress"))
        .col(string_len_null("message", 500))
        .col(text_null("errors"))
        .col(string_len_null("request_id", 128))
        .col(string_len_null("traceparent", 55))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("started_at"))
        .col(timestamp_with_time_zone_null("finished_at"))
        .take()
}
