//! The text of a new migration.

/// The source of a migration with this name: a table for `create_<table>`, else a change to be written.
pub(super) fn of(name: &str) -> String {
    name.strip_prefix("create_")
        .map_or_else(|| change(name), table)
}

fn table(table: &str) -> String {
    format!(
        r#"//! Creates `{table}`.

use sea_orm_migration::prelude::*;

use crate::columns;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {{
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {{
        manager.create_table({table}()).await
    }}

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {{
        manager.drop_table(Table::drop().table("{table}").take()).await
    }}
}}

fn {table}() -> TableCreateStatement {{
    Table::create()
        .table("{table}")
        .col(columns::id())
        .col(columns::version())
        .col(columns::created_at())
        .col(columns::updated_at())
        .col(columns::deleted_at())
        .take()
}}
"#
    )
}

/// Fails until it is written, so that an unfinished change is never recorded as applied.
fn change(name: &str) -> String {
    let sentence = name.replace('_', " ");
    format!(
        r#"//! Migration: {sentence}.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {{
    async fn up(&self, _manager: &SchemaManager) -> Result<(), DbErr> {{
        Err(DbErr::Migration("the change `{sentence}` is not written yet".to_owned()))
    }}

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {{
        Err(DbErr::Migration("how to undo `{sentence}` is not written yet".to_owned()))
    }}
}}
"#
    )
}

/// The source of a migration that changes rows, in batches.
pub(super) fn data(name: &str) -> String {
    let sentence = name.replace('_', " ");
    format!(
        r#"//! Data: {sentence}.

use sea_orm_migration::prelude::*;

use crate::batches;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// Changes a thousand of the rows that are left. It must find neither a row that it changed nor one that it leaves as it is:
/// it runs until it finds none.
const BATCH: &str = "UPDATE things SET new = old WHERE id IN \
    (SELECT id FROM things WHERE new IS NULL AND old IS NOT NULL LIMIT 1000)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {{
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {{
        batches::run(manager, BATCH).await.map(drop)
    }}

    /// Nothing to bring back: the old values are still there.
    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {{
        Ok(())
    }}

    /// Each batch commits by itself, so that nobody waits for long.
    fn use_transaction(&self) -> Option<bool> {{
        Some(false)
    }}
}}
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_created_and_dropped() {
        let text = of("create_posts");
        assert!(text.starts_with("//! Creates `posts`.\n"), "{text}");
        assert!(text.contains(r#"Table::drop().table("posts")"#), "{text}");
    }

    #[test]
    fn any_other_change_fails_until_it_is_written() {
        let text = of("index_posts");
        assert_eq!(text.matches("Err(DbErr::Migration(").count(), 2, "{text}");
    }

    #[test]
    fn data_is_changed_in_batches_and_not_the_schema() {
        let text = data("fill_posts_slug");
        assert!(text.contains("batches::run(manager, BATCH)"), "{text}");
        assert!(text.contains("Some(false)"), "{text}");
        assert!(!text.contains("_table("), "{text}");
    }
}
