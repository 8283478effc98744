//! The table `totp_credentials`: the authenticator app of a user, asked for once it is confirmed.

use ashlar_core::{principal::UserId, table::Table};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "totp_credentials")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// Sealed.
    #[sea_orm(column_type = "Text")]
    pub secret: String,
    /// The step of the last code that was accepted.
    pub last_step: Option<i64>,
    /// Wrong codes since the last right one.
    #[sea_orm(default_value = 0)]
    pub failures: i32,
    /// Until when no code is looked at.
    pub blocked_until: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub confirmed_at: Option<DateTime<Utc>>,
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: HasOne<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Table for Entity {}
