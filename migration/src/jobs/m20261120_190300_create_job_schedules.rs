//! Creates `job_schedules`: when each schedule last enqueued its job.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    string_len, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("job_schedules")
            .col(string_len("id", 100).primary_key())
            .col(string_len("job", 100))
            .col(string_len("cron", 100))
            .col(string_len("time_zone", 50))
            .col(timestamp_with_time_zone_null("last_run_at"))
            .col(uuid_null("last_job_id"))
            .col(timestamp_with_time_zone_null("next_run_at"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .take();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("job_schedules").take())
            .await
    }
}
