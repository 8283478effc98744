//! Opening the database, and bringing it up to date.

use ashlar_core::{
    database::{ConnectError, Database},
    settings::DatabaseSettings,
};

/// Why the database cannot be served from.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DatabaseError {
    /// It cannot be reached.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A migration failed.
    #[error("cannot migrate the database")]
    Migrate(#[from] ashlar_migration::Error),
    /// It is behind, and migrating on start is off.
    #[error("the database is {0} migrations behind: run `ashlar migrate up`")]
    Behind(usize),
}

/// The database, migrated if the settings say so.
///
/// # Errors
///
/// When it cannot be reached, or is behind and may not or cannot be migrated.
pub(crate) async fn open(settings: &DatabaseSettings) -> Result<Database, DatabaseError> {
    let database = Database::connect(settings).await?;
    if settings.auto_migrate {
        ashlar_migration::up(database.connection(), None).await?;
        return Ok(database);
    }
    match ashlar_migration::pending(database.connection())
        .await?
        .len()
    {
        0 => Ok(database),
        behind => Err(DatabaseError::Behind(behind)),
    }
}
