//! The table `audit_log`, which is only ever added to.

use ashlar_core::{
    record::Keyed,
    table::{Index, Table},
};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_log")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub at: DateTime<Utc>,
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub action: String,
    /// Who did it; nobody when nobody was signed in.
    pub actor_id: Option<Uuid>,
    /// To whom it happened.
    pub user_id: Option<Uuid>,
    pub session_id: Option<Uuid>,
    #[sea_orm(column_type = "String(StringLen::N(45))")]
    pub address: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub user_agent: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(128))")]
    pub request_id: Option<String>,
    /// A JSON object.
    #[sea_orm(column_type = "Text")]
    pub details: String,
}

impl ActiveModelBehavior for ActiveModel {}

impl Keyed for Entity {}

impl Table for Entity {
    fn indexes() -> Vec<Index> {
        vec![
            Index::on(["at", "id"]),
            Index::on(["user_id", "at", "id"]),
            Index::on(["actor_id", "at", "id"]),
            Index::on(["action", "at", "id"]),
        ]
    }
}
