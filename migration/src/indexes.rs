//! Indexes with their names: `ix_<table>_<columns>`, unique ones `ux_<table>_<columns>`. Services
//! recognise a broken unique index by its name, so a name never changes.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::SchemaManager;
use sea_orm_migration::prelude::{
    ConditionalStatement, Expr, ExprTrait, Index, IndexCreateStatement,
};

/// An index over every row.
pub fn plain(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named("ix", table, columns)
}

/// An index over the rows that are not soft-deleted.
pub fn alive(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named("ix", table, columns)
        .and_where(Expr::col("deleted_at").is_null())
        .take()
}

/// An index over the rows that meet `condition`, in SQL that both databases understand.
pub fn over(
    table: &'static str,
    columns: &[&'static str],
    condition: &'static str,
) -> IndexCreateStatement {
    named("ix", table, columns)
        .and_where(Expr::cust(condition))
        .take()
}

/// No two rows have the same values in these columns.
pub fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named("ux", table, columns).unique().take()
}

/// No two rows that are not soft-deleted have the same values in these columns.
pub fn unique_alive(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named("ux", table, columns)
        .unique()
        .and_where(Expr::col("deleted_at").is_null())
        .take()
}

/// No two rows that meet `condition` have the same values in these columns.
pub fn unique_over(
    table: &'static str,
    columns: &[&'static str],
    condition: &'static str,
) -> IndexCreateStatement {
    named("ux", table, columns)
        .unique()
        .and_where(Expr::cust(condition))
        .take()
}

/// Creates an index that each database has its own words for: over expressions, or in descending
/// order. A query is served only when it spells the expression as it is spelt here.
pub async fn spelt(manager: &SchemaManager<'_>, postgres: &str, sqlite: &str) -> Result<(), DbErr> {
    let create = match manager.get_database_backend() {
        DbBackend::Postgres => postgres,
        _ => sqlite,
    };
    let db = manager.get_connection();
    db.execute_unprepared(create).await.map(drop)
}

fn named(prefix: &str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index
        .name(format!("{prefix}_{table}_{}", columns.join("_")))
        .table(table);
    for column in columns {
        index.col(*column);
    }
    index
}
