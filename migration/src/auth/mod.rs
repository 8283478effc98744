//! Migrations of auth: users.

use sea_orm_migration::MigrationTrait;

mod m20261120_160000_create_users;

/// Every migration of auth.
pub(crate) fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m20261120_160000_create_users::Migration)]
}
