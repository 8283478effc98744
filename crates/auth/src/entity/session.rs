//! The table `sessions`: sign-ins, each with the refresh tokens that come of it.

use ashlar_core::{principal::UserId, record::Keyed};
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
    pub cookies: bool,
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub user_agent: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(45))")]
    pub address: Option<String>,
    /// How many refresh tokens there were before the newest.
    pub generation: i64,
    /// The hash of the newest.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub token_hash: String,
    /// Since when it is the newest.
    pub rotated_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    /// When the user last proved who they are.
    pub authenticated_at: DateTime<Utc>,
    /// When it is over, however often it is refreshed.
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    #[sea_orm(column_type = "String(StringLen::N(32))")]
    pub revoked_for: Option<Revocation>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Keyed for Entity {}
