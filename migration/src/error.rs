//! What can go wrong while migrating.

use std::time::Duration;

use sea_orm::DbErr;

/// Why a migration run stopped. Whatever was applied before stays applied and recorded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process held the migration lock for as long as this one was ready to wait.
    #[error("another process is migrating this database, gave up after {} s", .0.as_secs_f32())]
    Locked(Duration),
    /// A migration failed. Nothing of it was kept, unless it asked to run outside a transaction.
    #[error("migration {name} failed")]
    Failed {
        /// The migration's name.
        name: String,
        /// What the database answered.
        #[source]
        source: DbErr,
    },
    /// The last applied migration is not in this build, so it cannot be reverted by it.
    #[error(
        "migration {0} is applied but unknown to this build, revert it with the build that applied it"
    )]
    Unknown(String),
    /// The connection is to neither PostgreSQL nor SQLite.
    #[error("migrations run on PostgreSQL and SQLite, not on {0}")]
    Unsupported(&'static str),
    /// The database could not be reached or answered with an error of its own.
    #[error("the database refused")]
    Database(#[from] DbErr),
}
