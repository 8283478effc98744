//! The table `account_tokens`: which links are out in mails.

use ashlar_core::{
    principal::UserId,
    table::{Index, Table},
};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::model::{AccountTokenId, Email, Purpose};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account_tokens")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountTokenId,
    pub user_id: UserId,
    #[sea_orm(column_type = "String(StringLen::N(32))")]
    pub purpose: Purpose,
    /// The address that the mail goes to.
    #[sea_orm(column_type = "String(StringLen::N(254))")]
    pub email: Email,
    pub created_at: DateTime<Utc>,
    /// When it was last sent once more.
    pub sent_at: Option<DateTime<Utc>>,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: HasOne<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Table for Entity {
    fn indexes() -> Vec<Index> {
        vec![
            // Serves the foreign key too.
            Index::on(["user_id", "purpose"]),
        ]
    }
}
