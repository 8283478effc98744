//! The table `passwords`: whoever signs in by other means alone has none.

use ashlar_core::{principal::UserId, table::Table};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::password::PasswordHash;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "passwords")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    #[sea_orm(column_type = "Text")]
    pub hash: PasswordHash,
    pub changed_at: DateTime<Utc>,
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: HasOne<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Table for Entity {}
