//! The table `inbox`: which handler had which event.

use ashlar_core::{
    events::EventId,
    table::{Index, Table},
};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "inbox")]
pub(crate) struct Model {
    #[sea_orm(
        primary_key,
        auto_increment = false,
        column_type = "String(StringLen::N(100))"
    )]
    pub handler: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: EventId,
    pub received_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Table for Entity {
    fn indexes() -> Vec<Index> {
        vec![Index::on(["received_at"])]
    }
}
