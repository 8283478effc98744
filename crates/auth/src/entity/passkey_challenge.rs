//! The table `passkey_challenges`: what passkeys are asked to sign; a row is gone once it was used.

use ashlar_core::{
    principal::UserId,
    table::{Index, Table},
};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::model::{ChallengeId, ChallengePurpose};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "passkey_challenges")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ChallengeId,
    /// Who asked; nobody when somebody wants to sign in.
    pub user_id: Option<UserId>,
    #[sea_orm(column_type = "String(StringLen::N(16))")]
    pub purpose: ChallengePurpose,
    /// In base64url.
    #[sea_orm(column_type = "String(StringLen::N(43))")]
    pub challenge: String,
    pub expires_at: DateTime<Utc>,
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: HasOne<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Table for Entity {
    fn indexes() -> Vec<Index> {
        vec![Index::on(["user_id"]), Index::on(["expires_at"])]
    }
}
