//! Which database there is, and how its connections are kept.

use std::{fmt, time::Duration};

use reqwest::Url;
use sea_orm::DbBackend;

use super::{app::Environment, mask::mask_url, reader::Reader, value::Value};
use crate::secret::Secret;

const NO_URL: &str = "must be a URL such as postgres://user:password@host:5432/database, with %-escapes \
                      for what else has a meaning in it (@ is %40, / is %2F)";

/// The address of a database. Prints without its password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    url: Secret,
    backend: DbBackend,
}

impl DatabaseUrl {
    /// The address, with its password.
    pub fn expose(&self) -> &str {
        self.url.expose()
    }

    /// Which kind of database it is.
    pub fn backend(&self) -> DbBackend {
        self.backend
    }

    fn default_file() -> Self {
        Self {
            url: Secret::from("sqlite://ashlar.db?mode=rwc"),
            backend: DbBackend::Sqlite,
        }
    }
}

impl Value for DatabaseUrl {
    /// What its parts mean is for the database's driver to tell when it connects; here only what
    /// kind it is, and that it is a URL at all.
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let rest_of = |scheme: &str| text.strip_prefix(scheme).filter(|rest| !rest.is_empty());
        let backend = if rest_of("postgres://")
            .or(rest_of("postgresql://"))
            .is_some()
        {
            DbBackend::Postgres
        } else if rest_of("sqlite:").is_some() {
            DbBackend::Sqlite
        } else {
            return Err("must begin with postgres://, postgresql:// or sqlite:".to_owned());
        };
        // Here and not by the driver, whose errors quote the text with its password.
        if Url::parse(text).is_err() {
            return Err(NO_URL.to_owned());
        }
        Ok(Self {
            url: Secret::from(text),
            backend,
        })
    }

    fn show(&self) -> String {
        mask_url(self.expose())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.show())
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.show())
    }
}

/// The database and its pool of connections.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// `DATABASE_URL`: where it is. Default: `sqlite://ashlar.db?mode=rwc`, not in production.
    pub url: DatabaseUrl,
    /// `DB_POOL_SIZE`: how many connections are kept open. Default: 20.
    pub pool_size: u32,
    /// `DB_MAX_OVERFLOW`: how many more may be opened under load. Default: 10.
    pub max_overflow: u32,
    /// `DB_POOL_TIMEOUT`: how long a request waits for a connection. Default: 30 s.
    pub pool_timeout: Duration,
    /// `DB_POOL_RECYCLE`: how old a connection may grow. Default: 3600 s.
    pub pool_recycle: Duration,
    /// `DB_POOL_IDLE_TIMEOUT`: how long an overflow connection stays unused. Default: 600 s.
    pub idle_timeout: Duration,
    /// `DB_PRE_PING`: whether a connection that lay idle is tried before use. Default: true.
    pub pre_ping: bool,
    /// `DB_STATEMENT_TIMEOUT`: how long a statement may run; 0: no limit. Default: 30 s.
    pub statement_timeout: Duration,
    /// `DB_AUTO_MIGRATE`: whether starting migrates. Default: true but in production.
    pub auto_migrate: bool,
}

impl DatabaseSettings {
    /// Reads them.
    pub fn read(reader: &mut Reader) -> Self {
        reader.section("Database");
        let seconds = Duration::from_secs;
        Self {
            url: reader
                .var("DATABASE_URL", "postgres://…, postgresql://… or sqlite:…")
                .required_in(Environment::Production)
                .default(DatabaseUrl::default_file()),
            pool_size: reader
                .var("DB_POOL_SIZE", "How many connections are kept open")
                .range(1..=10_000)
                .default(20),
            max_overflow: reader
                .var("DB_MAX_OVERFLOW", "How many more may be opened under load")
                .range(0..=10_000)
                .default(10),
            pool_timeout: reader
                .seconds(
                    "DB_POOL_TIMEOUT",
                    "Seconds that a request waits for a connection",
                )
                .range(Duration::from_millis(1)..)
                .default(seconds(30)),
            pool_recycle: reader
                .seconds(
                    "DB_POOL_RECYCLE",
                    "Seconds after which a connection is replaced",
                )
                .range(seconds(1)..)
                .default(seconds(3600)),
            idle_timeout: reader
                .seconds(
                    "DB_POOL_IDLE_TIMEOUT",
                    "Seconds an overflow connection stays unused",
                )
                .range(seconds(1)..)
                .default(seconds(600)),
            pre_ping: reader
                .var(
                    "DB_PRE_PING",
                    "Whether an idle connection is tried before it is used",
                )
                .default(true),
            statement_timeout: reader
                .seconds(
                    "DB_STATEMENT_TIMEOUT",
                    "Seconds a statement may run; 0: no limit",
                )
                .default(seconds(30)),
            auto_migrate: {
                let automatic = !reader.environment().is_production();
                reader
                    .var(
                        "DB_AUTO_MIGRATE",
                        "Whether starting brings the schema up to date",
                    )
                    .default_as("true, in production false", automatic)
            },
        }
    }

    /// The most connections there can be at once.
    pub fn max_connections(&self) -> u32 {
        self.pool_size.saturating_add(self.max_overflow)
    }
}
