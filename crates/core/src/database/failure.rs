//! What a database error means.

use std::error::Error;

use sea_orm::{DbErr, RuntimeErr, SqlxError};
use sqlx::{
    error::DatabaseError,
    postgres::{PgDatabaseError, PgSeverity},
};

use super::LoadError;

/// The name of the constraint that `error` says was violated, for a unique index in our naming
/// (`ux_<table>_<columns>`). SQLite tells the columns only; the name is made from them.
pub fn violated_constraint(error: &DbErr) -> Option<String> {
    let database = sqlx_error(error)?.as_database_error()?;
    if !database.is_unique_violation() {
        return None;
    }
    match database.constraint() {
        Some(name) => Some(name.to_owned()),
        None => name_from_columns(database.message()),
    }
}

/// From `UNIQUE constraint failed: projects.owner_id, projects.slug`, or, for an index on an
/// expression, `UNIQUE constraint failed: index 'ux_…'`.
fn name_from_columns(message: &str) -> Option<String> {
    let (_, columns) = message.split_once("constraint failed: ")?;
    if let Some(index) = columns.strip_prefix("index '") {
        return Some(index.trim_end_matches('\'').to_owned());
    }
    let mut name = String::from("ux");
    for (position, column) in columns.split(", ").enumerate() {
        let (table, column) = column.split_once('.')?;
        if position == 0 {
            name.push('_');
            name.push_str(table);
        }
        name.push('_');
        name.push_str(column);
    }
    Some(name)
}

/// Whether trying the same transaction again may succeed: the database gave it up for another's
/// sake (PostgreSQL: serialization failure 40001, deadlock 40P01; SQLite: BUSY 5, LOCKED 6).
pub(super) fn is_transient(error: &(dyn Error + 'static)) -> bool {
    find(error).is_some_and(|error| {
        let code = error.as_database_error().and_then(|error| error.code());
        code.is_some_and(|code| matches!(&*code, "40001" | "40P01" | "5" | "6" | "261" | "517"))
    })
}

/// Whether the database could not be asked just now, and may answer the same question later: no
/// connection is to be had, the one at hand broke, or (SQLite) another process holds the write lock.
pub(crate) fn is_unavailable(error: &(dyn Error + 'static)) -> bool {
    chain(error).any(|error| {
        matches!(error.downcast_ref(), Some(DbErr::ConnectionAcquire(_)))
            || error
                .downcast_ref::<LoadError>()
                .is_some_and(LoadError::is_abandoned)
    }) || find(error).is_some_and(is_away)
}

fn is_away(error: &SqlxError) -> bool {
    match error {
        SqlxError::Io(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed => true,
        SqlxError::Database(error) => {
            ends_connection(error.as_ref())
                || error.code().is_some_and(|code| {
                    // PostgreSQL: connection exceptions.
                    code.starts_with("08") || matches!(&*code, "5" | "6" | "261" | "517")
                })
        }
        _ => false,
    }
}

/// Whether it is PostgreSQL's last word on this connection: it shuts down or starts up, has too many
/// clients, or takes none on this database.
fn ends_connection(error: &dyn DatabaseError) -> bool {
    error
        .try_downcast_ref::<PgDatabaseError>()
        .is_some_and(|error| matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic))
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

fn find<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a SqlxError> {
    chain(error).find_map(|error| {
        // What a domain's error shows of a `DbErr` that it holds transparently is its source.
        let transparent = match error.downcast_ref::<RuntimeErr>() {
            Some(RuntimeErr::SqlxError(error)) => Some(&**error),
            _ => None,
        };
        transparent
            .or_else(|| error.downcast_ref::<DbErr>().and_then(sqlx_error))
            .or_else(|| error.downcast_ref::<SqlxError>())
    })
}

fn sqlx_error(error: &DbErr) -> Option<&SqlxError> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error))
        | DbErr::Conn(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_is_away_is_told_from_one_that_refuses() {
        let away = |error: SqlxError| {
            let error = DbErr::Query(RuntimeErr::SqlxError(error.into()));
            is_unavailable(&crate::problem::Unexpected::from(error))
        };
        let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        assert!(away(SqlxError::Io(reset)));
        assert!(away(SqlxError::PoolTimedOut));
        assert!(away(SqlxError::PoolClosed));
        assert!(!away(SqlxError::RowNotFound));
        assert!(!is_unavailable(&DbErr::Custom("a fault of ours".into())));
    }

    #[test]
    fn sqlite_messages_give_the_index_its_name() {
        assert_eq!(
            name_from_columns("UNIQUE constraint failed: projects.owner_id, projects.slug"),
            Some("ux_projects_owner_id_slug".into())
        );
        assert_eq!(
            name_from_columns("UNIQUE constraint failed: index 'ux_users_email_key'"),
            Some("ux_users_email_key".into())
        );
        assert_eq!(name_from_columns("database is locked"), None);
    }

    #[test]
    fn a_domains_error_does_not_hide_what_the_driver_said() {
        let error = DbErr::Exec(RuntimeErr::SqlxError(SqlxError::WorkerCrashed.into()));
        assert!(find(&error).is_some());
        let unexpected = crate::problem::Unexpected::from(error);
        assert!(matches!(find(&unexpected), Some(SqlxError::WorkerCrashed)));
    }
}
