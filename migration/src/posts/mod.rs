//! Migrations of posts.

use sea_orm_migration::MigrationTrait;

mod m20261120_190500_create_posts;

/// Every migration of posts.
pub(crate) fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m20261120_190500_create_posts::Migration)]
}
