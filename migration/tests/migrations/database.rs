//! A database of its own for each test.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement,
};
use uuid::Uuid;

/// An empty database. It stays when its test fails, to be looked at.
pub(crate) struct Scratch {
    pub(crate) url: String,
    server: Option<String>,
    file: Option<PathBuf>,
}

impl Scratch {
    pub(crate) fn sqlite() -> Self {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.db", unique()));
        let url = format!("sqlite://{}?mode=rwc", file.display());
        Self {
            url,
            server: None,
            file: Some(file),
        }
    }

    pub(crate) async fn postgres() -> Self {
        let server = server();
        let name = unique();
        let db = connect(&server, 1).await;
        db.execute_unprepared(&format!("create database {name} template template0"))
            .await
            .unwrap();
        db.close().await.unwrap();
        let url = with_database(&server, &name);
        Self {
            url,
            server: Some(server),
            file: None,
        }
    }

    /// A pool of two connections, unlike the pools of other calls.
    pub(crate) async fn connect(&self) -> DatabaseConnection {
        connect(&self.url, 2).await
    }

    /// A pool of a single connection.
    pub(crate) async fn connect_single(&self) -> DatabaseConnection {
        connect(&self.url, 1).await
    }

    pub(crate) async fn remove(self) {
        if let Some(server) = self.server {
            let db = connect(&server, 1).await;
            let name = self
                .url
                .rsplit('/')
                .next()
                .unwrap()
                .split('?')
                .next()
                .unwrap();
            db.execute_unprepared(&format!("drop database {name} with (force)"))
                .await
                .unwrap();
            db.close().await.unwrap();
        }
        if let Some(file) = self.file {
            fs::remove_file(file).unwrap();
        }
    }
}

/// The whole schema, one line for each column, index, constraint, function and trigger, in a fixed order.
pub(crate) async fn schema(db: &DatabaseConnection) -> Vec<String> {
    let query = match db.get_database_backend() {
        DbBackend::Postgres => {
            "select format('column %s.%s %s null=%s default=%s', table_name, column_name,
                           format('%s(%s)', data_type, character_maximum_length), is_nullable, column_default) as line
             from information_schema.columns where table_schema = 'public'
             union all select indexdef from pg_indexes where schemaname = 'public'
             union all select format('constraint %s on %s: %s', conname, conrelid::regclass, pg_get_constraintdef(oid))
             from pg_constraint where connamespace = 'public'::regnamespace
             union all select format('type %s', typname) from pg_type
             where typnamespace = 'public'::regnamespace and typtype in ('e', 'd')
             union all select pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace
             union all select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
             order by 1"
        }
        _ => "select type || ' ' || name || ': ' || coalesce(sql, '') as line from sqlite_master where name <> 'sqlite_sequence' order by 1",
    };
    let lines = strings(db, query).await;
    lines.iter().map(|line| in_order(line)).collect()
}

/// SQLite keeps a table as it was written. The order of its columns does not count: one that is
/// added again is the last.
fn in_order(line: &str) -> String {
    let Some((head, body)) = line
        .starts_with("table ")
        .then(|| line.split_once('('))
        .flatten()
    else {
        return line.to_owned();
    };
    let mut depth = 0;
    let body = body.trim_end();
    let mut parts: Vec<&str> = body
        .strip_suffix(')')
        .unwrap_or(body)
        .split(|character| {
            match character {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => (),
            }
            character == ',' && depth == 0
        })
        .map(str::trim)
        .collect();
    parts.sort_unstable();
    format!("{head}({})", parts.join(", "))
}

/// The first column of every row, which is text.
pub(crate) async fn strings(db: &DatabaseConnection, query: &str) -> Vec<String> {
    let statement = Statement::from_string(db.get_database_backend(), query);
    let rows = db.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

/// An id that no other row or database has.
#[expect(
    clippy::disallowed_methods,
    reason = "typed ids are in a crate that migrations do not use"
)]
pub(crate) fn new_id() -> Uuid {
    Uuid::now_v7()
}

async fn connect(url: &str, connections: u32) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

fn unique() -> String {
    format!("ashlar_migration_{}", new_id().simple())
}

/// The server that tests may create databases on.
#[expect(
    clippy::disallowed_methods,
    reason = "what the tests run on is not a setting"
)]
fn server() -> String {
    if let Ok(url) = env::var("TEST_DATABASE_URL") {
        return url;
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .with_file_name("services")
        .join("env");
    let lines = fs::read_to_string(&file).unwrap_or_default();
    lines
        .lines()
        .find_map(|line| line.strip_prefix("TEST_DATABASE_URL="))
        .expect("no PostgreSQL to test on: set TEST_DATABASE_URL, or `cargo xtask services up`")
        .trim_matches('"')
        .to_owned()
}

/// The same server's URL with another database's name.
fn with_database(server: &str, name: &str) -> String {
    let (scheme, rest) = server.split_once("://").unwrap();
    let (path, query) = rest
        .split_once('?')
        .map_or((rest, None), |(path, query)| (path, Some(query)));
    let authority = path.split('/').next().unwrap();
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{scheme}://{authority}/{name}{query}")
}
