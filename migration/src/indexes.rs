//! Indexes with their names: `ix_<table>_<columns>`, unique ones `ux_<table>_<columns>`. Services
//! recognise a broken unique index by its name, so a name never changes.

use sea_orm_migration::prelude::{
    ConditionalStatement, Expr, ExprTrait, Index, IndexCreateStatement,
};

/// An index over every row.
pub(crate) fn plain(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named("ix", table, columns)
}

/// An index over the rows that are not soft-deleted.
pub(crate) fn alive(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named("ix", table, columns)
        .and_where(Expr::col("deleted_at").is_null())
        .take()
}

/// An index over the rows that meet `condition`, in SQL that both databases understand.
pub(crate) fn over(
    table: &'static str,
    columns: &[&'static str],
    condition: &'static str,
) -> IndexCreateStatement {
    named("ix", table, columns)
        .and_where(Expr::cust(condition))
        .take()
}

/// No two rows have the same values in these columns.
pub(crate) fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named("ux", table, columns).unique().take()
}

/// No two rows that are not soft-deleted have the same values in these columns.
pub(crate) fn unique_alive(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named("ux", table, columns)
        .unique()
        .and_where(Expr::col("deleted_at").is_null())
        .take()
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
