//! The lock that lets one process migrate at a time, and the connection it lives on.

use std::mem;
use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel,
    RuntimeErr, SqliteTransactionMode, SqlxPostgresConnector, SqlxSqliteConnector, Statement,
    TransactionOptions, TransactionTrait,
};
use sqlx::pool::PoolOptions;
use tokio::time::{Instant, sleep};
use tracing::info;

use crate::Error;

/// Advisory locks of PostgreSQL are numbers, one space per database: this one spells `ashlarmg`.
const KEY: i64 = 0x6173_686c_6172_6d67;

/// How often PostgreSQL is asked for the lock while another holds it.
const POLL: Duration = Duration::from_millis(100);

/// One connection of its own, beside the caller's pool, on which everything runs that needs the
/// lock. So a pool of one connection is enough for the caller, a lost connection takes lock and
/// work away together, and the settings made here never reach another query.
///
/// PostgreSQL: the first [`begin`](Self::begin) takes a session-level advisory lock, which holds
/// until the connection ends, whichever way. SQLite: each transaction takes the file's write lock;
/// between two of them another process may go on with the next migration, which is why what is
/// pending is read anew inside each.
pub(crate) struct Session {
    connection: DatabaseConnection,
    wait: Duration,
}

impl Session {
    /// Connects to the database of `pool`, with its options. Waits up to `wait` for the lock later
    /// on.
    pub(crate) async fn open(pool: &DatabaseConnection, wait: Duration) -> Result<Self, Error> {
        let (connection, settings) = match pool.get_database_backend() {
            DbBackend::Postgres => (
                postgres(pool.get_postgres_connection_pool()),
                // A migration may take longer than a request is allowed to.
                "set statement_timeout = 0".to_owned(),
            ),
            DbBackend::Sqlite => (
                sqlite(pool.get_sqlite_connection_pool()),
                // Off, since a table that is dropped to be rebuilt would take the rows that refer
                // to it along, and the switch does nothing inside a transaction. `commit` checks
                // the keys instead.
                format!(
                    "pragma foreign_keys = off; pragma busy_timeout = {}",
                    wait.as_millis()
                ),
            ),
            other => return Err(Error::Unsupported(other.as_str())),
        };
        connection.execute_unprepared(&settings).await?;
        Ok(Self { connection, wait })
    }

    /// The connection, for a migration that must not run in a transaction. Only between
    /// transactions.
    pub(crate) fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Begins a transaction that holds the lock.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, Error> {
        match self.connection.get_database_backend() {
            DbBackend::Postgres => self.begin_postgres().await,
            _ => self.begin_sqlite().await,
        }
    }

    /// Commits, unless a row refers to one that is not there.
    pub(crate) async fn commit(&self, transaction: DatabaseTransaction) -> Result<(), DbErr> {
        if transaction.get_database_backend() == DbBackend::Sqlite
            && let Err(error) = check_foreign_keys(&transaction).await
        {
            self.roll_back(transaction).await;
            return Err(error);
        }
        transaction.commit().await
    }

    /// Rolls back. That it fails is not told: a transaction which cannot be rolled back is gone
    /// already.
    pub(crate) async fn roll_back(&self, transaction: DatabaseTransaction) {
        if let Err(error) = transaction.rollback().await {
            info!(%error, "nothing to roll back");
        }
    }

    /// Ends the connection and with it the lock. A session that is dropped instead ends too, a
    /// little later.
    pub(crate) async fn close(self) {
        if let Err(error) = self.connection.close().await {
            info!(%error, "the migration connection did not close cleanly");
        }
    }

    /// Asks again and again instead of waiting inside one query: a waiting query holds a snapshot,
    /// and the holder's `create index concurrently` would wait for that snapshot to end, for ever.
    ///
    /// Taken anew for each transaction: it costs one query, and notices when the connection was
    /// replaced.
    async fn begin_postgres(&self) -> Result<DatabaseTransaction, Error> {
        // What others have committed must be seen, whatever the database's default says.
        let options = TransactionOptions {
            isolation_level: Some(IsolationLevel::ReadCommitted),
            ..TransactionOptions::default()
        };
        let started = Instant::now();
        let mut told = false;
        loop {
            let transaction = self.connection.begin_with_options(options).await?;
            if try_lock(&transaction).await? {
                return Ok(transaction);
            }
            self.roll_back(transaction).await;
            if started.elapsed() >= self.wait {
                return Err(Error::Locked(self.wait));
            }
            if !mem::replace(&mut told, true) {
                info!("another process is migrating this database, waiting for it");
            }
            sleep(POLL).await;
        }
    }

    async fn begin_sqlite(&self) -> Result<DatabaseTransaction, Error> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.connection
            .begin_with_options(options)
            .await
            .map_err(|error| {
                if is_busy(&error) {
                    Error::Locked(self.wait)
                } else {
                    error.into()
                }
            })
    }
}

fn postgres(pool: &sqlx::PgPool) -> DatabaseConnection {
    let options = (*pool.connect_options()).clone();
    SqlxPostgresConnector::from_sqlx_postgres_pool(
        single(pool.options()).connect_lazy_with(options),
    )
}

fn sqlite(pool: &sqlx::SqlitePool) -> DatabaseConnection {
    let options = (*pool.connect_options()).clone();
    SqlxSqliteConnector::from_sqlx_sqlite_pool(single(pool.options()).connect_lazy_with(options))
}

/// One connection that lives as long as its pool, prepared as the caller's are (search path and the
/// like).
fn single<DB: sqlx::Database>(options: &PoolOptions<DB>) -> PoolOptions<DB> {
    options
        .clone()
        .min_connections(0)
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
}

async fn try_lock(transaction: &DatabaseTransaction) -> Result<bool, DbErr> {
    let query = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "select pg_try_advisory_lock($1) as locked",
        [KEY.into()],
    );
    match transaction.query_one_raw(query).await? {
        Some(row) => row.try_get("", "locked"),
        None => Ok(false),
    }
}

/// SQLITE_BUSY (5) and SQLITE_LOCKED (6), the low byte of an extended result code
/// (sqlite.org/rescode.html).
fn is_busy(error: &DbErr) -> bool {
    let DbErr::Query(RuntimeErr::SqlxError(error)) = error else {
        return false;
    };
    let code = error
        .as_database_error()
        .and_then(|error| error.code()?.parse::<u32>().ok());
    matches!(code.map(|code| code & 0xff), Some(5 | 6))
}

async fn check_foreign_keys(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    let query = Statement::from_string(
        DbBackend::Sqlite,
        r#"select "table" as child, parent, count(*) as broken
           from pragma_foreign_key_check group by 1, 2 limit 1"#,
    );
    let Some(row) = transaction.query_one_raw(query).await? else {
        return Ok(());
    };
    let child: String = row.try_get("", "child")?;
    let parent: String = row.try_get("", "parent")?;
    let broken: i64 = row.try_get("", "broken")?;
    Err(DbErr::Migration(format!(
        "{broken} rows of {child} refer to a row of {parent} that is not there"
    )))
}
