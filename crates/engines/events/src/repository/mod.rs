//! Queries, one file a table.

pub(crate) mod inbox;
pub(crate) mod outbox;
pub(crate) mod parked;
pub(crate) mod partition;

use ashlar_core::database::{Database, Transaction};
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DbErr, QueryResult, StatementBuilder, Value,
    sea_query::{Expr, ExprTrait, Query, extension::postgres::PgFunc},
};

/// Asks for nothing, to learn whether the transaction is still good for something.
pub(crate) async fn probe(transaction: &Transaction) -> Result<(), DbErr> {
    let statement = Query::select().expr(Expr::val(1)).take();
    transaction.query_one(&statement).await.map(|_| ())
}

/// Runs one statement that writes, and answers its rows. On SQLite in a transaction, since the
/// writers of this process queue for that and not for the file.
async fn write<S: StatementBuilder + Sync>(
    database: &Database,
    statement: &S,
) -> Result<Vec<QueryResult>, DbErr> {
    if database.is_postgres() {
        return database.connection().query_all(statement).await;
    }
    let transaction = database.begin().await?;
    let rows = transaction.query_all(statement).await?;
    transaction.commit().await?;
    Ok(rows)
}

/// Whether `column` is one of `values`: on PostgreSQL by a statement whose text does not depend on
/// how many there are, so that it is prepared once.
fn one_of<T>(column: Expr, values: Vec<T>, backend: DatabaseBackend) -> Expr
where
    T: Into<Value>,
    Vec<T>: Into<Value>,
{
    match backend {
        DatabaseBackend::Postgres => column.eq(PgFunc::any(Expr::value(values))),
        _ => column.is_in(values),
    }
}
