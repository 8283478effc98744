//! Databases that are there for a comparison and gone afterwards.

use std::{
    env, fs,
    path::PathBuf,
    process,
    sync::atomic::{AtomicUsize, Ordering},
};

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr};

use crate::Both;

/// An empty database of each kind.
pub struct Scratch {
    /// The databases.
    pub databases: Both<DatabaseConnection>,
    server: String,
    name: String,
    /// Removed as the last field, when nobody has it open any more.
    _file: TemporaryFile,
}

/// A file that goes when its owner does, also by a panic.
struct TemporaryFile(PathBuf);

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        // What is left in the folder for temporary files is removed by the system.
        let _ = fs::remove_file(&self.0);
    }
}

impl Scratch {
    /// Databases of their own: one on the PostgreSQL server of this URL, one in a file.
    ///
    /// # Errors
    ///
    /// When the server does not let a database be made.
    pub async fn new(server: &str) -> Result<Self, DbErr> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("ashlar_schema_{}_{count}", process::id());
        let file = env::temp_dir().join(format!("{name}.db"));
        // Those of a process that had the same id and did not end well.
        let _ = fs::remove_file(&file);
        let admin = connect(server).await?;
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        admin.execute_unprepared(&drop).await?;
        let create = format!("CREATE DATABASE {name} TEMPLATE template0");
        admin.execute_unprepared(&create).await?;
        admin.close().await?;
        let databases = Both {
            postgres: connect(&with_database(server, &name)).await?,
            sqlite: connect(&format!("sqlite://{}?mode=rwc", file.display())).await?,
        };
        // Keys as while a migration runs; and nothing here has to outlive a crash.
        let keys = "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF";
        databases.sqlite.execute_unprepared(keys).await?;
        Ok(Self {
            databases,
            server: server.to_owned(),
            name,
            _file: TemporaryFile(file),
        })
    }

    /// Removes the databases.
    ///
    /// # Errors
    ///
    /// When the server refuses.
    pub async fn remove(self) -> Result<(), DbErr> {
        self.databases.postgres.close().await?;
        self.databases.sqlite.close().await?;
        let admin = connect(&self.server).await?;
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        admin.execute_unprepared(&drop).await?;
        admin.close().await
    }
}

async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await
}

/// The same server's URL with another database's name.
fn with_database(server: &str, name: &str) -> String {
    let (address, query) = match server.split_once('?') {
        Some((address, query)) => (address, format!("?{query}")),
        None => (server, String::new()),
    };
    let (scheme, rest) = address.split_once("://").unwrap_or(("postgres", address));
    let host = rest.split('/').next().unwrap_or(rest);
    format!("{scheme}://{host}/{name}{query}")
}
