//! Creates `projects`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string_len, string_len_null, uuid};

use crate::{columns, indexes};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(projects()).await?;
        manager
            .create_index(indexes::unique_alive("projects", &["owner_id", "slug"]))
            .await?;
        for columns in lists() {
            manager
                .create_index(indexes::alive("projects", columns))
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("projects").take())
            .await
    }
}

fn projects() -> TableCreateStatement {
    Table::create()
        .table("projects")
        .col(columns::id())
        // No foreign key: users belong to another domain.
        .col(uuid("owner_id"))
        .col(string_len("name", 255))
        .col(string_len_null("description", 2000))
        .col(string_len("slug", 255))
        .col(columns::version())
        .col(columns::created_at())
        .col(columns::updated_at())
        .col(columns::deleted_at())
        .take()
}

/// One index for each order an owner's list of projects can be read in; `id` breaks ties.
fn lists() -> [&'static [&'static str]; 3] {
    [
        &["owner_id", "created_at", "id"],
        &["owner_id", "updated_at", "id"],
        &["owner_id", "name", "id"],
    ]
}
