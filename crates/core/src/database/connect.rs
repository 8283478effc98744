//! From settings to a pool.

use std::{pin::pin, sync::Arc, time::Duration};

use sea_orm::{ConnectOptions, DatabaseBackend, DatabaseConnection, DbErr, RuntimeErr};
use sqlx::{
    Connection, PgConnection,
    sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use tokio::{sync::Mutex, time::timeout};

use super::{
    Database,
    messages::Messages,
    wake::Wakes,
    watch::{self, Issued},
};
use crate::{context, settings::DatabaseSettings};

/// How long SQLite waits for another process's write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long finding out why there is no connection may take.
const CAUSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection that was used this recently is not asked for a sign of life before it is used.
const PING_IDLE: Duration = Duration::from_secs(10);

/// How long PostgreSQL keeps a transaction open, and what it locked, of which it hears nothing: its
/// host may have vanished, which TCP alone notices after hours.
const IDLE_IN_TRANSACTION: Duration = Duration::from_secs(60);

/// How many statements a connection keeps prepared: every query of every domain, with room for the
/// limits that lists are asked with.
const PREPARED: usize = 512;

/// How long to wait for the database without a word.
const SILENCE: Duration = Duration::from_secs(1);

/// The database cannot be reached.
#[derive(Debug, thiserror::Error)]
#[error("cannot open the database {url}")]
pub struct ConnectError {
    url: String,
    #[source]
    source: DbErr,
}

impl Database {
    /// Opens the pool and tries one connection.
    ///
    /// SQLite gets WAL, foreign keys, and a busy timeout of 5 s; PostgreSQL a statement timeout,
    /// and an end for transactions in which nothing happens for a minute.
    ///
    /// # Errors
    ///
    /// When no connection can be had; the message names the database, never its password.
    pub async fn connect(settings: &DatabaseSettings) -> Result<Self, ConnectError> {
        let mut connection = match open(settings).await {
            Ok(connection) => connection,
            Err(error) => {
                return Err(ConnectError {
                    url: settings.url.to_string(),
                    source: cause(settings, error).await,
                });
            }
        };
        connection.set_metric_callback(|info| {
            context::with(|context| context.count_statement(info.elapsed));
            watch::saw(Issued::Statement(info.statement));
        });
        Ok(Self {
            connection,
            writer: Arc::new(Mutex::new(())),
            patience: settings.pool_timeout,
            wakes: Wakes::new(),
            messages: Messages::new(),
        })
    }
}

/// Opens the pool, which waits for a database that is not there yet, and says that it does.
async fn open(settings: &DatabaseSettings) -> Result<DatabaseConnection, DbErr> {
    let mut opening = pin!(sea_orm::Database::connect(options(settings)));
    if let Ok(opened) = timeout(SILENCE, &mut opening).await {
        return opened;
    }
    let patience = settings.pool_timeout.as_secs();
    tracing::warn!(database = %settings.url, "waiting for the database, {patience} s at most");
    opening.await
}

/// Why there is no connection. The pool tries until its time is over, and then tells that alone, so
/// the server is asked once more without it.
async fn cause(settings: &DatabaseSettings, error: DbErr) -> DbErr {
    if settings.url.backend() != DatabaseBackend::Postgres {
        return error;
    }
    let attempt = PgConnection::connect(settings.url.expose());
    match timeout(CAUSE_TIMEOUT, attempt).await {
        Ok(Err(cause)) => DbErr::Conn(RuntimeErr::SqlxError(Arc::new(cause))),
        Ok(Ok(_)) | Err(_) => error,
    }
}

fn options(settings: &DatabaseSettings) -> ConnectOptions {
    let mut options = ConnectOptions::new(settings.url.expose());
    options
        .max_connections(settings.pool_size + settings.max_overflow)
        .min_connections(1)
        .connect_timeout(settings.pool_timeout)
        .acquire_timeout(settings.pool_timeout)
        .idle_timeout(settings.idle_timeout)
        .max_lifetime(settings.pool_recycle)
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .test_before_acquire(false);
    if settings.pre_ping {
        options.test_before_acquire_if_idle_for(PING_IDLE);
    }
    if settings.url.backend() == DatabaseBackend::Postgres {
        options.statement_timeout(settings.statement_timeout);
    }
    options.map_sqlx_postgres_opts(|options| {
        let idle = IDLE_IN_TRANSACTION.as_millis();
        options
            .statement_cache_capacity(PREPARED)
            .options([("idle_in_transaction_session_timeout", idle)])
    });
    options.map_sqlx_sqlite_opts(|options| {
        options
            .journal_mode(SqliteJournalMode::Wal)
            // With WAL, a power cut may undo the last commits, but never damages the file; a
            // killed process loses nothing.
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true)
    });
    options
}
