//! Creates `background_tasks`: what a user began and asks after, one of a kind for each user.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    string_len, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
};

use crate::{columns, indexes};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("background_tasks")
            .col(columns::id())
            .col(uuid("user_id"))
            .col(string_len("kind", 50))
            // No foreign key: jobs are pruned, a result stays.
            .col(uuid("job_id"))
            .col(text_null("result"))
            .col(timestamp_with_time_zone_null("completed_at"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .take();
        manager.create_table(table).await?;
        manager
            .create_index(indexes::unique("background_tasks", &["user_id", "kind"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("background_tasks").take())
            .await
    }
}
