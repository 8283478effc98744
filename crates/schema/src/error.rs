//! Why a difference cannot be told, or no migration be written.

use sea_orm::DbErr;

/// What stands in the way.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Both databases have it, and not alike.
    #[error("{0} is not the same on PostgreSQL and SQLite: a migration made it by hand")]
    Unlike(String),
    /// One database has what the other has not: a table or an index, and its name.
    #[error(
        "{0} {1} is on one database alone. Where that is meant, the entity says so, beside its indexes: \
         `fn by_hand() -> Vec<&'static str> {{ vec![\"{1}\"] }}`"
    )]
    OneSided(&'static str, String),
    /// Said to be on one database alone, and is on both.
    #[error(
        "`by_hand()` names {0}, which is on PostgreSQL and on SQLite: what both have is an entity, or in `indexes()`"
    )]
    OnBoth(String),
    /// Said to be made, and is not.
    #[error("`by_hand()` names {0}, and no migration makes a table or an index of that name")]
    OnNone(String),
    /// A uniqueness that is no index.
    #[error(
        "table {0} has a UNIQUE constraint: it is to be a unique index, by whose name services tell a broken rule"
    )]
    Constraint(String),
    /// SQL that was not understood.
    #[error("cannot read {0}")]
    Unreadable(String),
    /// A rename that fits nothing.
    #[error("--rename {0}: {1}")]
    Rename(String, String),
    /// PostgreSQL cuts it off, SQLite does not.
    #[error(
        "{0} is longer than PostgreSQL's 63 characters: give it a name of its own, with `.named(…)` for an index"
    )]
    Long(String),
    /// A foreign key leads nowhere.
    #[error("{0} refers to {1}, a table that nobody declares: register it with `Domain::table`")]
    Undeclared(String, String),
    /// Two entities have the same table.
    #[error("two entities declare the table {0}")]
    Twice(String),
    /// A change that only a person can write.
    #[error("{0}: write this migration by hand, with `cargo xtask migrate new`")]
    ByHand(String),
    /// Steps that lose data or an index, or fail on data.
    #[error(
        "this loses data or an index, or fails where there is data:\n{}\nA renamed column is told by --rename <table>.<old>:<new>, \
         a table by --rename <old>:<new>; a column that wants a value gets a `default_value`, or is an `Option`; what is meant is written \
         with --allow-destructive.",
        list(.0)
    )]
    Destructive(Vec<String>),
    /// What the database says.
    #[error("the database refused: {0}")]
    Database(#[from] DbErr),
    /// A migration that does not go through.
    #[error("{}", sentence(.0))]
    Migration(#[from] ashlar_migration::Error),
}

/// One line each.
fn list(lines: &[String]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| format!("  - {line}")).collect();
    lines.join("\n")
}

/// The error and what the database answered.
fn sentence(error: &ashlar_migration::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
