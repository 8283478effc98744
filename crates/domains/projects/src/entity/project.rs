//! The table `projects`.

use ashlar_core::{
    principal::UserId,
    record::Record,
    table::{Index, Table},
};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::model::ProjectId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "projects")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProjectId,
    pub owner_id: UserId,
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub name: String,
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub description: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub slug: String,
    #[sea_orm(default_value = 1)]
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    #[sea_orm(has_many)]
    pub tasks: HasMany<super::task::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Record for Entity {}

impl Table for Entity {
    fn indexes() -> Vec<Index> {
        vec![
            Index::unique(["owner_id", "slug"]).alive(),
            // One for each order an owner's list of projects can be read in; `id` breaks ties.
            Index::on(["owner_id", "created_at", "id"]).alive(),
            Index::on(["owner_id", "updated_at", "id"]).alive(),
            Index::on(["owner_id", "name", "id"]).alive(),
        ]
    }
}
