//! The table `posts`. Private to the crate: nothing outside knows how a post is stored.

use ashlar_core::{
    principal::UserId,
    record::Record,
    stored_as,
    table::{Index, Table},
};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::model::{PostId, Title};

stored_as!(Title, String);

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "posts")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PostId,
    pub author_id: UserId,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub title: Title,
    /// What titles are compared by.
    #[sea_orm(column_type = "String(StringLen::N(400))")]
    pub title_key: String,
    #[sea_orm(column_type = "Text")]
    pub content: String,
    /// None of a draft.
    pub published_at: Option<DateTime<Utc>>,
    #[sea_orm(default_value = 1)]
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
}

impl Model {
    /// Whether others than its author see it.
    pub(crate) fn is_published(&self) -> bool {
        self.published_at.is_some()
    }
}

impl ActiveModelBehavior for ActiveModel {}

impl Record for Entity {}

impl Table for Entity {
    fn indexes() -> Vec<Index> {
        vec![
            Index::unique(["title_key"]).alive(),
            // One for each order that all posts, and an author's, can be read in; `id` breaks ties.
            Index::on(["created_at", "id"]).alive(),
            Index::on(["updated_at", "id"]).alive(),
            Index::on(["title", "id"]).alive(),
            Index::on(["author_id", "created_at", "id"]).alive(),
            Index::on(["author_id", "updated_at", "id"]).alive(),
            Index::on(["author_id", "title", "id"]).alive(),
            by_publication(Index::on([])),
            by_publication(Index::on(["author_id"])),
        ]
    }
}

/// Serves the order by publication, in which a draft stands where it was begun. A keyset cannot
/// step over nulls, so the order is by an expression without them.
fn by_publication(index: Index) -> Index {
    let expression = "coalesce(published_at, created_at)";
    index
        .then_expression("published_at", expression, expression)
        .then("id")
        .alive()
}
