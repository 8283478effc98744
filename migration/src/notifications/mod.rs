//! Migrations of notifications: the mailbox of development.

use sea_orm_migration::MigrationTrait;

mod m20261120_190600_create_mailbox;

/// Every migration of notifications.
pub(crate) fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m20261120_190600_create_mailbox::Migration)]
}
