//! The table `users`.

use ashlar_core::{principal::UserId, record::Record};
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
    #[sea_orm(column_type = "String(StringLen::N(32))")]
    pub role: RoleName,
    #[sea_orm(column_type = "String(StringLen::N(16))")]
    pub status: Status,
    /// When the user showed that mail to the address reaches them.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// Whether signing in with the password asks for a second factor.
    pub second_factor: bool,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    #[sea_orm(has_one)]
    pub password: HasOne<super::password::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Record for Entity {}
