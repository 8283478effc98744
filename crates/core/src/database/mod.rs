//! The database: one pool, transactions that are retried where that is safe, and by-id reads that
//! travel together.

mod connect;
mod failure;
mod loader;
mod messages;
mod transaction;
mod wake;
mod watch;

use std::{error::Error, fmt, sync::Arc, time::Duration};

use sea_orm::{
    ConnAcquireErr, DatabaseBackend, DatabaseConnection, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    time::timeout,
};

use self::{messages::Messages, wake::Wakes};

pub use connect::ConnectError;
pub use failure::violated_constraint;
pub use loader::{LoadError, Loader};
pub use messages::{Told, Topic};
pub use transaction::Transaction;
pub use wake::Work;
pub use watch::{Issued, watch};

pub(crate) use failure::is_unavailable;

/// How often a transaction is tried that the database gave up for another's sake.
const ATTEMPTS: u32 = 5;

/// The database. Cheap to clone; clones share the pool.
#[derive(Clone)]
pub struct Database {
    connection: DatabaseConnection,
    /// SQLite has one writer: waiting for it here is fair, waiting inside SQLite is not.
    writer: Arc<Mutex<()>>,
    /// How long to wait for that, as for a connection.
    patience: Duration,
    wakes: Wakes,
    messages: Messages,
}

impl Database {
    /// The pool, for statements that need no transaction.
    pub fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Whether this is PostgreSQL; the other is SQLite.
    pub fn is_postgres(&self) -> bool {
        self.connection.get_database_backend() == DatabaseBackend::Postgres
    }

    /// Runs `work` in a transaction: committed when it is `Ok`, else rolled back. When the database
    /// gave it up for a concurrent one (serialization failure, deadlock) it is tried again, so
    /// `work` must have no effect outside the transaction.
    ///
    /// # Errors
    ///
    /// What `work` fails with; what the database says about beginning or committing.
    pub async fn transaction<T, E>(
        &self,
        work: impl AsyncFn(&Transaction) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<DbErr> + Error + 'static,
    {
        let mut attempt = 1;
        loop {
            match self.attempt(&work).await {
                Err(error) if attempt < ATTEMPTS && failure::is_transient(&error) => {
                    tracing::debug!(attempt, "transaction_retried");
                    tokio::time::sleep(backoff(attempt)).await;
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    async fn attempt<T, E>(&self, work: &impl AsyncFn(&Transaction) -> Result<T, E>) -> Result<T, E>
    where
        E: From<DbErr>,
    {
        let transaction = self.begin().await?;
        let outcome = work(&transaction).await;
        match outcome {
            Ok(value) => {
                transaction.commit().await?;
                Ok(value)
            }
            Err(error) => {
                if let Err(rollback) = transaction.rollback().await {
                    tracing::warn!(
                        error = &rollback as &(dyn Error + 'static),
                        "rollback_failed"
                    );
                }
                Err(error)
            }
        }
    }

    /// Begins a transaction, for whoever cannot put its work into a function: nothing tries it
    /// again. On SQLite it holds the one writer's place until it ends.
    ///
    /// # Errors
    ///
    /// What the database says, or that there was no connection or (SQLite) no turn to write within
    /// `DB_POOL_TIMEOUT`.
    pub async fn begin(&self) -> Result<Transaction, DbErr> {
        let writing = if self.is_postgres() {
            None
        } else {
            Some(self.turn_to_write().await?)
        };
        // A deferred SQLite transaction that reads and then writes fails when another wrote in
        // between, whatever the busy timeout: it takes the write lock at once.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let transaction = self.connection.begin_with_options(options).await?;
        let (wakes, messages) = (self.wakes.clone(), self.messages.clone());
        Ok(Transaction::new(transaction, wakes, messages, writing))
    }

    /// SQLite's one place to write. Who waits for it for so long may wait for itself: for a
    /// transaction that it began before.
    async fn turn_to_write(&self) -> Result<OwnedMutexGuard<()>, DbErr> {
        timeout(self.patience, Arc::clone(&self.writer).lock_owned())
            .await
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    ///
    /// What the database says, or that no connection could be had.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.connection.ping().await
    }

    /// Closes the pool; waits for what is under way.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn close(self) -> Result<(), DbErr> {
        self.connection.close().await
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Database")
            .field(&self.connection.get_database_backend())
            .finish()
    }
}

/// 4–8, 8–16, … milliseconds: transactions that met once should not meet again.
fn backoff(attempt: u32) -> Duration {
    let base = 2_u64 << attempt;
    let mut random = [0_u8; 1];
    // Without randomness the wait is merely less spread.
    let _ = aws_lc_rs::rand::fill(&mut random);
    Duration::from_millis(base + base * u64::from(random[0]) / 255)
}
