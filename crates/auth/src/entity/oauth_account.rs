//! The table `oauth_accounts`: accounts at providers that users linked to theirs.

use ashlar_core::{
    principal::UserId,
    record::Keyed,
    table::{Index, Table},
};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::model::{OauthAccountId, ProviderName};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "oauth_accounts")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OauthAccountId,
    pub user_id: UserId,
    #[sea_orm(column_type = "String(StringLen::N(32))")]
    pub provider: ProviderName,
    /// The provider's own id of the account (`sub`).
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub subject: String,
    #[sea_orm(column_type = "String(StringLen::N(254))")]
    pub email: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub name: Option<String>,
    /// What the tokens are good for, words with a space between.
    #[sea_orm(column_type = "Text")]
    pub scopes: String,
    #[sea_orm(column_type = "Text")]
    pub access_token_sealed: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub refresh_token_sealed: Option<String>,
    /// Of the access token, where the provider says.
    pub expires_at: Option<DateTime<Utc>>,
    /// Until when whoever refreshes the tokens has that to themselves.
    pub refreshing_until: Option<DateTime<Utc>>,
    /// Since when the provider refuses to refresh them.
    pub revoked_at: Option<DateTime<Utc>>,
    pub linked_at: DateTime<Utc>,
    #[sea_orm(default_value = 1)]
    pub version: i64,
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: HasOne<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Keyed for Entity {}

impl Table for Entity {
    fn indexes() -> Vec<Index> {
        vec![
            // An account at a provider belongs to one user, and a user links one of each provider.
            Index::unique(["provider", "subject"]),
            Index::unique(["user_id", "provider"]),
        ]
    }
}
