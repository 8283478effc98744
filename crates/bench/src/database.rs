//! The databases of the benchmark: made, seeded, looked into, dropped.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::runtime::Runtime;
use uuid::{NoContext, Timestamp, Uuid};

use crate::error::BenchError;
use crate::scenario::CREATED_PREFIX;

/// Rows of one INSERT while seeding.
const BATCH: usize = 10_000;
/// Seeded rows are this far spread into the past.
const SPREAD: TimeDelta = TimeDelta::days(365);
/// Projects of each user other than the one that is driven.
const PROJECTS_PER_OTHER: usize = 100;

/// A database of the benchmark's own; dropped with this value.
pub(crate) struct Database {
    /// Its address.
    pub(crate) url: String,
    name: String,
    server_url: String,
    runtime: Runtime,
}

impl Database {
    /// Makes an empty database on the server, in place of an old one of that name.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub(crate) fn create(server_url: &str, name: &str) -> Result<Self, BenchError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(BenchError::io("starting the database client"))?;
        let url = with_database(server_url, name).ok_or_else(|| {
            BenchError::Failed("the server's address has to be postgres://user@host:port".into())
        })?;
        let (name, server_url) = (name.to_owned(), server_url.to_owned());
        let database = Self {
            url,
            name,
            server_url,
            runtime,
        };
        database.drop_if_exists()?;
        let create = format!("CREATE DATABASE {}", database.name);
        database.on(&database.server_url, &create)?;
        Ok(database)
    }

    /// Version of the server.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) fn server_version(&self) -> Result<String, BenchError> {
        self.scalar("SHOW server_version")
    }

    /// Whether commits wait for the disk, and the like: what makes writes cheap or dear.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) fn durability(&self) -> Result<String, BenchError> {
        self.scalar(
            "SELECT string_agg(name || ' ' || setting, ', ' ORDER BY name) FROM pg_settings \
             WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')",
        )
    }

    /// Today, by the server's clock.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) fn today(&self) -> Result<String, BenchError> {
        self.scalar("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')")
    }

    /// Fills `projects`: every `share`-th row is the owner's, the others have a hundred each.
    /// Gives the ids of the owner's.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) fn seed(
        &self,
        rows: usize,
        owner: Uuid,
        share: usize,
    ) -> Result<Vec<Uuid>, BenchError> {
        self.runtime.block_on(async {
            let mut connection = PgConnection::connect(&self.url).await?;
            let now = sqlx::query_scalar("SELECT now()")
                .fetch_one(&mut connection)
                .await?;
            let mut other = Uuid::now_v7();
            let mut owned = Vec::with_capacity(rows / share);
            for first in (0..rows).step_by(BATCH) {
                let mut batch = Batch::default();
                for number in first..rows.min(first + BATCH) {
                    if number % PROJECTS_PER_OTHER == 0 {
                        other = Uuid::now_v7();
                    }
                    let mine = number % share == 0;
                    let id = batch.push(number, rows, if mine { owner } else { other }, now);
                    owned.extend(mine.then_some(id));
                }
                batch.insert(&mut connection).await?;
            }
            // Autovacuum would come at a time of its own choosing, in the middle of a measurement.
            sqlx::raw_sql("ALTER TABLE projects SET (autovacuum_enabled = false)")
                .execute(&mut connection)
                .await?;
            sqlx::raw_sql("VACUUM (FREEZE, ANALYZE) projects")
                .execute(&mut connection)
                .await?;
            connection.close().await?;
            Ok(owned)
        })
    }

    /// Takes away what a create scenario has made, so that all servers find the same table.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) fn remove_created(&self) -> Result<(), BenchError> {
        let delete = format!("DELETE FROM projects WHERE slug LIKE '{CREATED_PREFIX}%'");
        self.on(&self.url, &delete)?;
        self.on(&self.url, "VACUUM projects")
    }

    /// An argon2 hash of a user, wherever the schema keeps it; none when it keeps no such.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) fn password_hash(&self) -> Result<Option<String>, BenchError> {
        self.runtime.block_on(async {
            let mut connection = PgConnection::connect(&self.url).await?;
            let columns: Vec<(String,)> = sqlx::query_as(
                "SELECT format('SELECT %I FROM %I WHERE %I LIKE ''$argon2%%'' LIMIT 1', \
                 column_name, table_name, column_name) FROM information_schema.columns \
                 WHERE table_schema = 'public' AND data_type IN ('text', 'character varying')",
            )
            .fetch_all(&mut connection)
            .await?;
            for (select,) in columns {
                let select = sqlx::query_scalar(AssertSqlSafe(select));
                if let Some(hash) = select.fetch_optional(&mut connection).await? {
                    return Ok(Some(hash));
                }
            }
            Ok(None)
        })
    }

    fn drop_if_exists(&self) -> Result<(), BenchError> {
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        self.on(&self.server_url, &drop)
    }

    fn on(&self, url: &str, statement: &str) -> Result<(), BenchError> {
        self.runtime.block_on(async {
            let mut connection = PgConnection::connect(url).await?;
            sqlx::raw_sql(AssertSqlSafe(statement))
                .execute(&mut connection)
                .await?;
            Ok(connection.close().await?)
        })
    }

    fn scalar(&self, select: &'static str) -> Result<String, BenchError> {
        self.runtime.block_on(async {
            let mut connection = PgConnection::connect(&self.url).await?;
            Ok(sqlx::query_scalar(select)
                .fetch_one(&mut connection)
                .await?)
        })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Err(error) = self.drop_if_exists() {
            let cause = crate::error::chain(&error);
            eprintln!("ashlar-bench: the database {} stays: {cause}", self.name);
        }
    }
}

/// Rows of one INSERT, by column.
#[derive(Default)]
struct Batch {
    ids: Vec<Uuid>,
    owners: Vec<Uuid>,
    names: Vec<String>,
    slugs: Vec<String>,
    created: Vec<DateTime<Utc>>,
}

impl Batch {
    fn push(&mut self, number: usize, rows: usize, owner: Uuid, now: DateTime<Utc>) -> Uuid {
        let age =
            SPREAD.num_microseconds().unwrap_or(0) as f64 * (rows - number) as f64 / rows as f64;
        let created = now - TimeDelta::microseconds(age as i64);
        let seconds = u64::try_from(created.timestamp()).unwrap_or(0);
        let time = Timestamp::from_unix(NoContext, seconds, created.timestamp_subsec_nanos());
        let id = Uuid::new_v7(time);
        self.ids.push(id);
        self.owners.push(owner);
        self.names.push(format!("Seeded project {number:07}"));
        self.slugs.push(format!("seeded-project-{number:07}"));
        self.created.push(created);
        id
    }

    async fn insert(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO projects \
             (id, owner_id, name, description, slug, version, created_at, updated_at) \
             SELECT id, owner_id, name, 'What this project is for, in a sentence or two.', slug, \
             1, created_at, created_at \
             FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[]) \
             AS row (id, owner_id, name, slug, created_at)",
        )
        .bind(self.ids)
        .bind(self.owners)
        .bind(self.names)
        .bind(self.slugs)
        .bind(self.created)
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// The server's address with another database in it; parameters stay.
fn with_database(server_url: &str, name: &str) -> Option<String> {
    let (scheme, rest) = server_url.split_once("://")?;
    let (path, parameters) = rest
        .split_once('?')
        .map_or((rest, None), |(p, q)| (p, Some(q)));
    let authority = path
        .split('/')
        .next()
        .filter(|authority| !authority.is_empty())?;
    let parameters = parameters
        .map(|text| format!("?{text}"))
        .unwrap_or_default();
    Some(format!("{scheme}://{authority}/{name}{parameters}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_is_replaced_and_the_rest_stays() {
        let with = |url| with_database(url, "x");
        assert_eq!(
            with("postgres://u:p@h:1/old").as_deref(),
            Some("postgres://u:p@h:1/x")
        );
        assert_eq!(with("postgres://u@h").as_deref(), Some("postgres://u@h/x"));
        let parameters = with("postgresql://h/?sslmode=disable");
        assert_eq!(
            parameters.as_deref(),
            Some("postgresql://h/x?sslmode=disable")
        );
        assert_eq!(with("h:1"), None);
    }

    #[test]
    fn seeded_rows_grow_younger_and_their_ids_sort_with_them() {
        let mut batch = Batch::default();
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        for number in 0..3 {
            batch.push(number, 3, Uuid::nil(), now);
        }
        assert!(batch.created.is_sorted() && batch.ids.is_sorted());
        assert_eq!(batch.created[0], now - SPREAD);
        assert!(batch.created[2] < now);
    }
}
