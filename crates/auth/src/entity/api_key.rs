//! The table `api_keys`: personal access tokens.

use ashlar_core::{
    principal::UserId,
    record::Keyed,
    table::{Index, Table},
};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{api_key::KeyHash, model::ApiKeyId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "api_keys")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiKeyId,
    pub user_id: UserId,
    /// What its owner calls it.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub name: String,
    /// How the key begins.
    #[sea_orm(column_type = "String(StringLen::N(12))")]
    pub prefix: String,
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub hash: KeyHash,
    /// Names, with a space between.
    #[sea_orm(column_type = "Text")]
    pub scopes: String,
    /// Whether it was made in a sign-in with a second factor.
    #[sea_orm(default_value = false)]
    pub second_factor: bool,
    pub created_at: DateTime<Utc>,
    /// When it is over; never, when there is none.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: HasOne<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Keyed for Entity {}

impl Table for Entity {
    fn indexes() -> Vec<Index> {
        vec![
            Index::unique(["hash"]),
            // Someone's keys, the newest first; serves the foreign key too.
            Index::on(["user_id", "created_at", "id"]),
        ]
    }
}
