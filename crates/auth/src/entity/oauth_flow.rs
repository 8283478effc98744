//! The table `oauth_flows`: visits to a provider from which a browser has not come back yet.

use ashlar_core::{
    principal::UserId,
    record::Keyed,
    table::{Index, Table},
};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::model::{OauthFlowId, ProviderName, SessionId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "oauth_flows")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OauthFlowId,
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub state_hash: String,
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub browser_hash: String,
    #[sea_orm(column_type = "String(StringLen::N(32))")]
    pub provider: ProviderName,
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub nonce: String,
    #[sea_orm(column_type = "Text")]
    pub verifier_sealed: String,
    #[sea_orm(column_type = "Text")]
    pub redirect_to: String,
    /// Who links the provider to their account; nobody: it is a sign-in.
    pub link_user_id: Option<UserId>,
    /// In which of their sessions.
    pub link_session_id: Option<SessionId>,
    /// Whether the provider was asked to ask once more who they are.
    #[sea_orm(default_value = false)]
    pub fresh: bool,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    #[sea_orm(belongs_to, from = "link_user_id", to = "id", on_delete = "Cascade")]
    pub link_user: HasOne<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Keyed for Entity {}

impl Table for Entity {
    fn indexes() -> Vec<Index> {
        vec![
            Index::unique(["state_hash"]),
            // Those that nobody came back from are removed after a while.
            Index::on(["expires_at"]),
            // A user's go with their password, and with the user.
            Index::on(["link_user_id"]),
        ]
    }
}
