//! Every migration of every domain.
#![doc = include_str!("../README.md")]

pub mod alter;
pub mod batches;
pub mod columns;
pub mod indexes;

mod auth;
mod events;
mod jobs;
mod notifications;
mod posts;
mod projects;

mod error;
mod fresh;
mod history;
mod lock;
mod migrator;

pub use error::Error;
pub use migrator::{Migrator, Status};

use sea_orm::DatabaseConnection;
use sea_orm_migration::MigrationTrait;

/// Applies what is pending, at most `steps` migrations; answers the names of those this call
/// applied, in order.
///
/// Safe to call from many processes at once: one works, the others wait up to
/// [`Migrator::LOCK_WAIT`] and find nothing left to do. Costs one query when nothing is pending.
///
/// # Errors
/// [`Error::Failed`] names the migration that failed; those before it stay applied.
/// [`Error::Locked`] when another process holds the lock for too long. [`Error::Database`] for
/// everything else the database answers.
pub async fn up(db: &DatabaseConnection, steps: Option<u32>) -> Result<Vec<String>, Error> {
    Migrator::default().up(db, steps).await
}

/// Reverts the last `steps` applied migrations; answers their names, in the order they were
/// reverted.
///
/// # Errors
/// Those of [`up`], and [`Error::Unknown`] when the last one was applied by a build that knows more
/// migrations.
pub async fn down(db: &DatabaseConnection, steps: u32) -> Result<Vec<String>, Error> {
    Migrator::default().down(db, steps).await
}

/// Every migration that this build knows or the database has applied, by name. Changes nothing.
///
/// # Errors
/// [`Error::Database`] when the database cannot be read.
pub async fn status(db: &DatabaseConnection) -> Result<Vec<Status>, Error> {
    Migrator::default().status(db).await
}

/// The names of the migrations still to apply, in order: one query, also on an empty database.
///
/// # Errors
/// [`Error::Database`] when the database cannot be read.
pub async fn pending(db: &DatabaseConnection) -> Result<Vec<String>, Error> {
    Migrator::default().pending(db).await
}

/// Drops everything in the database (PostgreSQL: in the current schema, but for what extensions
/// own), **data included**, then applies every migration; answers their names.
///
/// # Errors
/// Those of [`up`].
pub async fn fresh(db: &DatabaseConnection) -> Result<Vec<String>, Error> {
    Migrator::default().fresh(db).await
}

/// The migrations of every domain: one line each.
fn every_domain() -> Vec<Box<dyn MigrationTrait>> {
    let mut migrations = Vec::new();
    migrations.extend(auth::migrations());
    migrations.extend(projects::migrations());
    migrations.extend(events::migrations());
    migrations.extend(jobs::migrations());
    migrations.extend(notifications::migrations());
    migrations.extend(posts::migrations());
    migrations
}
