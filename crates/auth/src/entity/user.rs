//! The table `users`.

use ashlar_core::{
    principal::UserId,
    record::Record,
    table::{Index, Table},
};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::model::{DisplayName, Email, RoleName, Status};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    #[sea_orm(column_type = "String(StringLen::N(254))")]
    pub email: Email,
    /// [`Email::key`]; unique among users who are not deleted.
    #[sea_orm(column_type = "String(StringLen::N(254))")]
    pub email_key: String,
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub display_name: DisplayName,
    #[sea_orm(column_type = "String(StringLen::N(32))", default_value = "user")]
    pub role: RoleName,
    #[sea_orm(column_type = "String(StringLen::N(16))", default_value = "active")]
    pub status: Status,
    /// When the user showed that mail to the address reaches them.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// Whether signing in with the password asks for a second factor.
    #[sea_orm(default_value = false)]
    pub second_factor: bool,
    #[sea_orm(default_value = 1)]
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    #[sea_orm(has_one)]
    pub password: HasOne<super::password::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Record for Entity {}

impl Table for Entity {
    fn indexes() -> Vec<Index> {
        vec![
            // An address is free again once its account is deleted.
            Index::unique(["email_key"]).alive(),
            // Who the admins are is asked before one of them goes.
            Index::on(["role", "id"]).alive(),
            // One for each order a list of users can be read in; `id` breaks ties.
            Index::on(["created_at", "id"]).alive(),
            Index::on(["updated_at", "id"]).alive(),
            Index::on(["email_key", "id"]).alive(),
            Index::on(["display_name", "id"]).alive(),
            Index::on(["status", "created_at", "id"]).alive(),
        ]
    }
}
