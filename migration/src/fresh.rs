//! Empties a database.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement};

use crate::Error;
use crate::lock::Session;

/// What stands in the current schema and no extension owns, each with the keyword that drops it. A
/// column's sequence goes with its table.
const POSTGRES_OBJECTS: &str = "
    select case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
                        when 'f' then 'foreign table' else 'table' end as kind,
           format('%I', relname) as name
    from pg_class
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S', 'f')
      and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = pg_class.oid
                      and (deptype = 'e' or relkind = 'S' and deptype in ('a', 'i')))
    union all
    select case typtype when 'd' then 'domain' else 'type' end, format('%I', typname)
    from pg_type
    where typnamespace = current_schema()::regnamespace and typtype in ('e', 'd')
      and not exists (select from pg_depend where classid = 'pg_type'::regclass and objid = pg_type.oid
                      and deptype = 'e')
    union all
    select 'routine', format('%I(%s)', proname, pg_get_function_identity_arguments(oid))
    from pg_proc
    where pronamespace = current_schema()::regnamespace
      and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid
                      and deptype = 'e')";

/// Tables and views; indexes and triggers go with them, and with a virtual table those that it
/// keeps its data in.
const SQLITE_OBJECTS: &str = r#"
    select case type when 'view' then 'view' else 'table' end as kind, format('"%w"', name) as name
    from pragma_table_list
    where schema = 'main' and type in ('table', 'virtual', 'view') and name not like 'sqlite\_%' escape '\'"#;

/// Drops everything in one transaction, so that a failure leaves everything.
pub(crate) async fn drop_everything(session: &Session) -> Result<(), Error> {
    let transaction = session.begin().await?;
    match drop_objects(&transaction).await {
        Ok(()) => Ok(session.commit(transaction).await?),
        Err(error) => {
            session.roll_back(transaction).await;
            Err(error.into())
        }
    }
}

async fn drop_objects(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    let backend = transaction.get_database_backend();
    // `cascade` may have taken an object along before its turn comes: `if exists`.
    let (objects, cascade) = match backend {
        DbBackend::Postgres => (POSTGRES_OBJECTS, "cascade"),
        _ => (SQLITE_OBJECTS, ""),
    };
    for row in transaction
        .query_all_raw(Statement::from_string(backend, objects))
        .await?
    {
        let kind: String = row.try_get("", "kind")?;
        let name: String = row.try_get("", "name")?;
        transaction
            .execute_unprepared(&format!("drop {kind} if exists {name} {cascade}"))
            .await?;
    }
    Ok(())
}
