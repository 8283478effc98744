//! The procedure of sqlite.org/lang_altertable.html, section 7: the table is created anew, gets the
//! rows, and takes the place of the old one, with its indexes, triggers and counter. Rows of other
//! tables that refer to it stay: foreign keys are off while a migration runs, and are checked
//! before it commits.

use sea_orm::sea_query::{ForeignKeyCreateStatement, IntoColumnDef, SqliteQueryBuilder, Table};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::Change;
use super::definition::{Definition, parts_of};

/// What has to be made again once the table is there.
const DEPENDENTS: &str =
    "SELECT sql FROM sqlite_master WHERE tbl_name = $1 AND type <> 'table' AND sql IS NOT NULL";

/// Builds `table` anew with these changes.
pub(super) async fn table(
    db: &impl ConnectionTrait,
    table: &str,
    changes: &[Change],
) -> Result<(), DbErr> {
    if numbers(db, "PRAGMA foreign_keys", table).await? != [0] {
        let error = "foreign keys must be off while a table is built anew: its rows would take along \
                     those that refer to them";
        return Err(DbErr::Migration(error.to_owned()));
    }
    let sql = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = $1";
    let sql = strings(db, sql, table).await?.pop();
    let sql = sql.ok_or_else(|| DbErr::Migration(format!("there is no table {table}")))?;
    let mut definition = Definition::parse(&sql)?;
    for change in changes {
        apply(&mut definition, table, change)?;
    }
    replace(db, table, &definition).await
}

async fn replace(
    db: &impl ConnectionTrait,
    table: &str,
    definition: &Definition,
) -> Result<(), DbErr> {
    let dependents = strings(db, DEPENDENTS, table).await?;
    let columns = "SELECT name FROM pragma_table_xinfo($1) WHERE hidden = 0";
    let columns = strings(db, columns, table).await?;
    let columns = format!(r#""{}""#, columns.join(r#"", ""#));
    let counter = counter(db, table).await?;
    let rebuilt = format!("rebuilt_{table}");
    let mut statements = vec![
        definition.create(&rebuilt),
        format!(r#"INSERT INTO "{rebuilt}" ({columns}) SELECT {columns} FROM "{table}""#),
        format!(r#"DROP TABLE "{table}""#),
        // Nothing else is rewritten or looked at: views and triggers of other tables may speak of
        // the table, which is not there for a moment.
        "PRAGMA legacy_alter_table = ON".to_owned(),
        format!(r#"ALTER TABLE "{rebuilt}" RENAME TO "{table}""#),
        "PRAGMA legacy_alter_table = OFF".to_owned(),
    ];
    // Numbers that were given away are never given again.
    statements.extend(counter.map(|counter| {
        format!("UPDATE sqlite_sequence SET seq = {counter} WHERE name = '{table}'")
    }));
    statements.extend(dependents);
    for statement in statements {
        db.execute_unprepared(&statement).await?;
    }
    Ok(())
}

fn apply(definition: &mut Definition, table: &str, change: &Change) -> Result<(), DbErr> {
    let missing = |what: String| DbErr::Migration(format!("{table} has no {what}"));
    match change {
        Change::AddColumn(column) => definition.add_column(column_sql(column.clone())?),
        Change::Column {
            definition: column, ..
        } => {
            let name = column.get_column_name();
            if !definition.change_column(&name, &column_sql(column.clone())?) {
                return Err(missing(format!("column {name}")));
            }
        }
        Change::AddForeignKey(key) => definition.add_constraint(foreign_key_sql(key)?),
        Change::DropForeignKey { columns, .. } => {
            if !definition.drop_foreign_key(columns) {
                return Err(missing(format!("foreign key of {}", columns.join(", "))));
            }
        }
    }
    Ok(())
}

fn column_sql(column: impl IntoColumnDef) -> Result<String, DbErr> {
    let create = Table::create().table("t").col(column).take();
    only_part(&create.to_string(SqliteQueryBuilder))
}

fn foreign_key_sql(key: &ForeignKeyCreateStatement) -> Result<String, DbErr> {
    let create = Table::create()
        .table("t")
        .foreign_key(&mut key.clone())
        .take();
    only_part(&create.to_string(SqliteQueryBuilder))
}

fn only_part(sql: &str) -> Result<String, DbErr> {
    let part = parts_of(sql)?.pop();
    part.ok_or_else(|| DbErr::Migration(format!("nothing in: {sql}")))
}

/// How far a table with `AUTOINCREMENT` has counted.
async fn counter(db: &impl ConnectionTrait, table: &str) -> Result<Option<i64>, DbErr> {
    let has_counters = "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'";
    if numbers(db, has_counters, table).await?.is_empty() {
        return Ok(None);
    }
    let counter = "SELECT seq FROM sqlite_sequence WHERE name = $1";
    Ok(numbers(db, counter, table).await?.pop())
}

async fn strings(db: &impl ConnectionTrait, sql: &str, table: &str) -> Result<Vec<String>, DbErr> {
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, [table.into()]);
    let rows = db.query_all_raw(statement).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

async fn numbers(db: &impl ConnectionTrait, sql: &str, table: &str) -> Result<Vec<i64>, DbErr> {
    let values = sql.contains("$1").then(|| table.into());
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
    let rows = db.query_all_raw(statement).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}
