//! Migrations of jobs: the queue, the schedules, and what users begin and ask after.

use sea_orm_migration::MigrationTrait;

mod m20261120_190200_create_jobs;
mod m20261120_190300_create_job_schedules;
mod m20261120_190400_create_background_tasks;

/// Every migration of jobs.
pub(crate) fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20261120_190200_create_jobs::Migration),
        Box::new(m20261120_190300_create_job_schedules::Migration),
        Box::new(m20261120_190400_create_background_tasks::Migration),
    ]
}
