//! The table `passkeys`: WebAuthn credentials.

use ashlar_core::{
    principal::UserId,
    record::Keyed,
    table::{Index, Table},
};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::model::PasskeyId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "passkeys")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PasskeyId,
    pub user_id: UserId,
    /// In base64url.
    #[sea_orm(column_type = "String(StringLen::N(1364))")]
    pub credential_id: String,
    /// A COSE_Key in base64url.
    #[sea_orm(column_type = "Text")]
    pub public_key: String,
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub name: String,
    /// How often the authenticator had signed when it last did; 0 for one that does not count.
    pub sign_count: i64,
    pub backup_eligible: bool,
    pub backed_up: bool,
    /// Words with a space between.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub transports: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: HasOne<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Keyed for Entity {}

impl Table for Entity {
    fn indexes() -> Vec<Index> {
        vec![
            // Whose it is that signed.
            Index::unique(["credential_id"]),
            // Someone's passkeys, in the order in which they came; serves the foreign key too.
            Index::on(["user_id", "created_at"]),
        ]
    }
}
