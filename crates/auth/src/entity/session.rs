//! The table `sessions`: sign-ins, each with the refresh tokens that come of it.

use ashlar_core::{
    principal::UserId,
    record::Keyed,
    table::{Index, Table},
};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::model::{Revocation, SessionId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    pub user_id: UserId,
    /// [`Method`](crate::model::Method)s, with a space between.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub methods: String,
    /// Whether its tokens travel in cookies.
    #[sea_orm(default_value = false)]
    pub cookies: bool,
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub user_agent: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(45))")]
    pub address: Option<String>,
    /// How many refresh tokens there were before the newest.
    #[sea_orm(default_value = 0)]
    pub generation: i64,
    /// The hash of the newest.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub token_hash: String,
    /// Since when it is the newest.
    pub rotated_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    /// When the user last proved who they are; 1970 where a provider that signed them in does not say.
    pub authenticated_at: DateTime<Utc>,
    /// When it is over, however often it is refreshed.
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    #[sea_orm(column_type = "String(StringLen::N(32))")]
    pub revoked_for: Option<Revocation>,
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: HasOne<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Keyed for Entity {}

impl Table for Entity {
    fn indexes() -> Vec<Index> {
        vec![
            // Someone's sessions, the newest first; serves the foreign key too.
            Index::on(["user_id", "created_at"]),
            // Those that are over, or were ended, are removed after a while.
            Index::on(["expires_at"]),
            Index::on(["revoked_at"]).over("revoked_at IS NOT NULL"),
        ]
    }
}
