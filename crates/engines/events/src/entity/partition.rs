//! The table `outbox_partitions`: who drains which part of the outbox.

use ashlar_core::table::Table;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_partitions")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub partition: i16,
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub owner: Option<String>,
    /// Until when its owner is believed to be alive; without an owner, when it was given back.
    pub lease_until: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Table for Entity {}
