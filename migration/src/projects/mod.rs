//! Migrations of projects: projects and their tasks.

use sea_orm_migration::MigrationTrait;

mod m20261120_160100_create_projects;
mod m20261120_160200_create_tasks;

/// Every migration of projects.
pub(crate) fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20261120_160100_create_projects::Migration),
        Box::new(m20261120_160200_create_tasks::Migration),
    ]
}
