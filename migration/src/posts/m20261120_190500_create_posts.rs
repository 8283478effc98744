//! Creates `posts`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string_len, text, timestamp_with_time_zone_null, uuid};

use crate::{columns, indexes};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(posts()).await?;
        manager
            .create_index(indexes::unique_alive("posts", &["title_key"]))
            .await?;
        for columns in lists() {
            manager
                .create_index(indexes::alive("posts", columns))
                .await?;
        }
        create_index_by_publication(manager, "ix_posts_published_at_id", "").await?;
        create_index_by_publication(
            manager,
            "ix_posts_author_id_published_at_id",
            r#""author_id", "#,
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("posts").take())
            .await
    }
}

fn posts() -> TableCreateStatement {
    Table::create()
        .table("posts")
        .col(columns::id())
        // No foreign key: users belong to another domain.
        .col(uuid("author_id"))
        .col(string_len("title", 200))
        // What titles are compared by. A letter may become two in lower case.
        .col(string_len("title_key", 400))
        .col(text("content"))
        // Null for a draft.
        .col(timestamp_with_time_zone_null("published_at"))
        .col(columns::version())
        .col(columns::created_at())
        .col(columns::updated_at())
        .col(columns::deleted_at())
        .take()
}

/// One index for each order that all posts, and an author's, can be read in; `id` breaks ties.
fn lists() -> [&'static [&'static str]; 6] {
    [
        &["created_at", "id"],
        &["updated_at", "id"],
        &["title", "id"],
        &["author_id", "created_at", "id"],
        &["author_id", "updated_at", "id"],
        &["author_id", "title", "id"],
    ]
}

/// Serves the order by publication, in which a draft stands where it was begun. A keyset cannot
/// step over nulls, so the order is by an expression without them; a query is served only when it
/// spells the expression as it is spelt here.
async fn create_index_by_publication(
    manager: &SchemaManager<'_>,
    name: &str,
    before: &str,
) -> Result<(), DbErr> {
    let statement = format!(
        r#"create index "{name}"
           on "posts" ({before}(coalesce("published_at", "created_at")), "id")
           where "deleted_at" is null"#
    );
    manager
        .get_connection()
        .execute_unprepared(&statement)
        .await?;
    Ok(())
}
