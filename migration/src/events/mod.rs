//! Migrations of events: the outbox, the inbox, and what could not be handled.

use sea_orm_migration::MigrationTrait;

mod m20261120_190000_create_outbox;
mod m20261120_190100_create_inbox;

/// Every migration of events.
pub(crate) fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20261120_190000_create_outbox::Migration),
        Box::new(m20261120_190100_create_inbox::Migration),
    ]
}
