//! The table `mailbox`.

use ashlar_core::{
    jobs::JobId,
    table::{Index, Table},
};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// A mail that went nowhere. It never changes, so it has neither version nor time of change.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "mailbox")]
pub(crate) struct Model {
    /// That of the job that sent it, so that a mail is there once.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    #[sea_orm(column_type = "String(StringLen::N(320))")]
    pub recipient: String,
    #[sea_orm(column_type = "Text")]
    pub subject: String,
    #[sea_orm(column_type = "Text")]
    pub text: String,
    #[sea_orm(column_type = "Text")]
    pub html: String,
    pub sent_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Table for Entity {
    fn indexes() -> Vec<Index> {
        vec![Index::on(["sent_at", "id"])]
    }
}
