//! The table `oauth_codes`: one-time codes with which a browser that came back signs in.

use ashlar_core::{
    principal::UserId,
    record::Keyed,
    table::{Index, Table},
};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::model::{OauthCodeId, ProviderName};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "oauth_codes")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OauthCodeId,
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub code_hash: String,
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub browser_hash: String,
    pub user_id: UserId,
    #[sea_orm(column_type = "String(StringLen::N(32))")]
    pub provider: ProviderName,
    /// When the provider last asked them who they are, where it says so.
    pub authenticated_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: HasOne<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Keyed for Entity {}

impl Table for Entity {
    fn indexes() -> Vec<Index> {
        vec![
            Index::unique(["code_hash"]),
            // For a user who is deleted.
            Index::on(["user_id"]),
            // Those that nobody used are removed after a while.
            Index::on(["expires_at"]),
        ]
    }
}
