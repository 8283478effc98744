//! Runs a list of migrations: what is pending, in which order, and that each commits together with
//! its record.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use sea_orm::prelude::DateTimeUtc;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr};
use sea_orm_migration::{MigrationTrait, SchemaManager};
use tracing::info;

use crate::lock::Session;
use crate::{Error, every_domain, fresh, history};

/// A list of migrations, sorted by name. The default is that of every domain.
pub struct Migrator {
    migrations: Vec<Box<dyn MigrationTrait>>,
    lock_wait: Duration,
}

/// A migration, and whether it was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// `mYYYYMMDD_HHMMSS_<verb>_<noun>`.
    pub name: String,
    /// When it was applied, by the database's clock, to the second; none while it is pending.
    pub applied_at: Option<DateTimeUtc>,
    /// Whether this build has it. Not so when a newer build migrated the database.
    pub known: bool,
}

impl Status {
    /// Whether the database has it.
    #[must_use]
    pub fn applied(&self) -> bool {
        self.applied_at.is_some()
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Up,
    Down,
}

impl Default for Migrator {
    fn default() -> Self {
        Self::new(every_domain())
    }
}

impl Migrator {
    /// How long a process waits for another that is migrating, unless told otherwise.
    pub const LOCK_WAIT: Duration = Duration::from_secs(300);

    /// A migrator for these migrations, in the order of their names.
    #[must_use]
    pub fn new(mut migrations: Vec<Box<dyn MigrationTrait>>) -> Self {
        migrations.sort_by(|a, b| a.name().cmp(b.name()));
        Self {
            migrations,
            lock_wait: Self::LOCK_WAIT,
        }
    }

    /// Waits at most this long for another process that is migrating.
    #[must_use]
    pub fn lock_wait(mut self, wait: Duration) -> Self {
        self.lock_wait = wait;
        self
    }

    /// See [`up`](crate::up).
    ///
    /// # Errors
    /// See [`up`](crate::up).
    pub async fn up(
        &self,
        db: &DatabaseConnection,
        steps: Option<u32>,
    ) -> Result<Vec<String>, Error> {
        // No lock when there is nothing to do: what starts beside a long migration must not wait
        // for it in vain.
        if self.pending(db).await?.is_empty() {
            return Ok(Vec::new());
        }
        let session = Session::open(db, self.lock_wait).await?;
        let applied = self.apply(&session, steps.unwrap_or(u32::MAX)).await;
        session.close().await;
        applied
    }

    /// See [`down`](crate::down).
    ///
    /// # Errors
    /// See [`down`](crate::down).
    pub async fn down(&self, db: &DatabaseConnection, steps: u32) -> Result<Vec<String>, Error> {
        let session = Session::open(db, self.lock_wait).await?;
        let reverted = self.revert(&session, steps).await;
        session.close().await;
        reverted
    }

    /// See [`fresh`](crate::fresh()).
    ///
    /// # Errors
    /// See [`fresh`](crate::fresh()).
    pub async fn fresh(&self, db: &DatabaseConnection) -> Result<Vec<String>, Error> {
        let session = Session::open(db, self.lock_wait).await?;
        let applied = match fresh::drop_everything(&session).await {
            Ok(()) => self.apply(&session, u32::MAX).await,
            Err(error) => Err(error),
        };
        session.close().await;
        applied
    }

    /// See [`status`](crate::status).
    ///
    /// # Errors
    /// See [`status`](crate::status).
    pub async fn status(&self, db: &DatabaseConnection) -> Result<Vec<Status>, Error> {
        let mut all: BTreeMap<String, Status> = BTreeMap::new();
        for applied in history::read(db).await? {
            let applied_at = DateTimeUtc::from_timestamp(applied.at, 0).unwrap_or_default();
            let name = applied.name;
            let status = Status {
                name: name.clone(),
                applied_at: Some(applied_at),
                known: false,
            };
            all.insert(name, status);
        }
        for migration in &self.migrations {
            let name = migration.name().to_owned();
            let pending = Status {
                name: name.clone(),
                applied_at: None,
                known: true,
            };
            all.entry(name).or_insert(pending).known = true;
        }
        Ok(all.into_values().collect())
    }

    /// See [`pending`](crate::pending).
    ///
    /// # Errors
    /// See [`pending`](crate::pending).
    pub async fn pending(&self, db: &DatabaseConnection) -> Result<Vec<String>, Error> {
        let applied = names(history::read(db).await?);
        Ok(self
            .after(&applied)
            .map(|migration| migration.name().to_owned())
            .collect())
    }

    /// What is not among the applied. Those that this build does not know are no hindrance: while a
    /// release rolls out, the old build starts on the schema that the new one has expanded.
    fn after<'a>(
        &'a self,
        applied: &'a HashSet<String>,
    ) -> impl Iterator<Item = &'a dyn MigrationTrait> {
        self.migrations
            .iter()
            .map(Box::as_ref)
            .filter(|m| !applied.contains(m.name()))
    }

    async fn apply(&self, session: &Session, steps: u32) -> Result<Vec<String>, Error> {
        let mut done = Vec::new();
        for _ in 0..steps {
            let transaction = session.begin().await?;
            let applied = names(history::read_or_create(&transaction).await?);
            let Some(migration) = self.after(&applied).next() else {
                session.roll_back(transaction).await;
                break;
            };
            run(session, transaction, migration, Direction::Up).await?;
            info!(migration = migration.name(), "migration applied");
            done.push(migration.name().to_owned());
        }
        Ok(done)
    }

    async fn revert(&self, session: &Session, steps: u32) -> Result<Vec<String>, Error> {
        let mut done = Vec::new();
        for _ in 0..steps {
            let transaction = session.begin().await?;
            let Some(last) = history::read_or_create(&transaction).await?.pop() else {
                session.roll_back(transaction).await;
                break;
            };
            let Some(migration) = self.migrations.iter().find(|m| m.name() == last.name) else {
                session.roll_back(transaction).await;
                return Err(Error::Unknown(last.name));
            };
            run(session, transaction, migration.as_ref(), Direction::Down).await?;
            info!(migration = migration.name(), "migration reverted");
            done.push(last.name);
        }
        Ok(done)
    }
}

/// Runs one migration and records it, both or neither.
async fn run(
    session: &Session,
    transaction: DatabaseTransaction,
    migration: &dyn MigrationTrait,
    direction: Direction,
) -> Result<(), Error> {
    let outcome = if runs_alone(migration, transaction.get_database_backend()) {
        // Keeps the version table, if it was made just now.
        session.commit(transaction).await?;
        step(
            &SchemaManager::new(session.connection()),
            migration,
            direction,
        )
        .await
    } else {
        match step(&SchemaManager::new(&transaction), migration, direction).await {
            Ok(()) => session.commit(transaction).await,
            Err(error) => {
                session.roll_back(transaction).await;
                Err(error)
            }
        }
    };
    outcome.map_err(|source| Error::Failed {
        name: migration.name().to_owned(),
        source,
    })
}

async fn step(
    manager: &SchemaManager<'_>,
    migration: &dyn MigrationTrait,
    direction: Direction,
) -> Result<(), DbErr> {
    match direction {
        Direction::Up => {
            migration.up(manager).await?;
            history::insert(manager.get_connection(), migration.name()).await
        }
        Direction::Down => {
            migration.down(manager).await?;
            history::delete(manager.get_connection(), migration.name()).await
        }
    }
}

/// Some statements of PostgreSQL refuse to run in a transaction (`create index concurrently`).
/// SQLite has none of them, and its transaction is the lock.
fn runs_alone(migration: &dyn MigrationTrait, backend: DbBackend) -> bool {
    backend == DbBackend::Postgres && migration.use_transaction() == Some(false)
}

fn names(applied: Vec<history::Applied>) -> HashSet<String> {
    applied.into_iter().map(|applied| applied.name).collect()
}
