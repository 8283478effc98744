//! The table `auth_throttles`. Times are microseconds since the Unix epoch, so that one statement
//! can reckon with them on both databases.

use ashlar_core::table::{Index, Table};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "auth_throttles")]
pub(crate) struct Model {
    /// Of what is throttled, which cannot be told from it.
    #[sea_orm(
        primary_key,
        auto_increment = false,
        column_type = "String(StringLen::N(64))"
    )]
    pub key_hash: String,
    /// When every guess is forgotten, if no other comes.
    pub empty_at: i64,
    /// When the next guess is let through.
    pub ready_at: i64,
    /// From when on the row says nothing.
    pub expires_at: i64,
    /// When the audit log was last told of a refusal.
    pub told_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}

impl Table for Entity {
    fn indexes() -> Vec<Index> {
        vec![
            // Those that say nothing any more are removed every day.
            Index::on(["expires_at"]),
        ]
    }
}
