//! A migrated database for each test: a copy of one that was migrated once.

mod postgres;
mod sqlite;

use std::time::Duration;

use ashlar_core::{
    database::Database,
    settings::{DatabaseSettings, Reader, Source},
};
use futures_util::future::join_all;

use crate::{Backend, Scratch};

/// How many connections a test has: fewer than it may have requests at once.
const CONNECTIONS: usize = 4;

/// What a server that was cut off still holds is never given back; waiting would be in vain.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where a test's database is.
pub(crate) enum Home {
    Sqlite(String),
    Postgres(postgres::Clone),
}

impl Home {
    /// A new one; a file goes into `scratch`.
    pub(crate) async fn make(backend: Backend, scratch: &Scratch) -> Self {
        match backend {
            Backend::Sqlite => Self::Sqlite(sqlite::copy(scratch).await),
            Backend::Postgres => Self::Postgres(postgres::clone().await),
        }
    }

    pub(crate) fn url(&self) -> &str {
        match self {
            Self::Sqlite(url) => url,
            Self::Postgres(clone) => clone.url(),
        }
    }

    /// Closes the test's connections and gives the database up.
    pub(crate) async fn leave(&self, database: Database) {
        let _ = tokio::time::timeout(PATIENCE, database.close()).await;
        if let Self::Postgres(clone) = self {
            clone.drop_database().await;
        }
    }
}

/// Connects as production does, and opens every connection here and now: one that a server's thread
/// opened would die with that thread, and the test may go on without the server.
pub(crate) async fn connect(url: &str) -> Database {
    let connections = CONNECTIONS.to_string();
    let mut reader = Reader::new(Source::from_pairs([
        ("APP_ENV", "test"),
        ("DATABASE_URL", url),
        ("DB_POOL_SIZE", connections.as_str()),
        ("DB_MAX_OVERFLOW", "0"),
    ]));
    let settings = DatabaseSettings::read(&mut reader);
    reader
        .finish()
        .unwrap_or_else(|problems| panic!("{problems}"));
    let database = Database::connect(&settings)
        .await
        .expect("the test's database opens");
    if database.is_postgres() {
        let pool = database.connection().get_postgres_connection_pool();
        let opened = join_all((0..CONNECTIONS).map(|_| pool.acquire())).await;
        opened
            .into_iter()
            .for_each(|connection| drop(connection.unwrap()));
    }
    database
}
