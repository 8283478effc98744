//! What SQLite would do for a statement. It plans without looking at rows, so none are needed.

use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr};

use super::{Scan, Statement};
use crate::World;

/// The tables that `statement` reads from end to end, with the plan.
pub(super) async fn scans(world: &World, statement: &Statement) -> Result<Vec<Scan>, DbErr> {
    let tables = column(
        world,
        "SELECT name AS text FROM sqlite_schema WHERE type = 'table'",
    )
    .await?;
    let explain = format!("EXPLAIN QUERY PLAN {}", statement.sql);
    let database = world.database();
    let explain = sea_orm::Statement::from_string(DatabaseBackend::Sqlite, explain);
    let rows = database.connection().query_all_raw(explain).await?;
    let steps: Vec<String> = rows
        .iter()
        .map(|row| row.try_get("", "detail"))
        .collect::<Result<_, _>>()?;
    let scanned = steps.iter().filter_map(|step| scanned(step));
    let is_table = |name: &&str| tables.iter().any(|table| table == name);
    let mut found: Vec<Scan> = scanned
        .map(|name| aliased(&statement.sql, name).unwrap_or(name))
        .filter(is_table)
        .map(|table| Scan::new(table, "reads every row"))
        .collect();
    found
        .iter_mut()
        .for_each(|scan| scan.plan = steps.join("\n"));
    Ok(found)
}

/// The table that a step reads without an index: `SCAN tasks`.
fn scanned(step: &str) -> Option<&str> {
    let name = step.strip_prefix("SCAN ")?;
    (!name.contains(" USING ")).then(|| name.split(' ').next().unwrap_or(name))
}

/// What has this other name in the statement: the plan calls it by that name alone. (`FROM "tasks" AS "earlier"`)
fn aliased<'sql>(sql: &'sql str, alias: &str) -> Option<&'sql str> {
    let separators = |character: char| character.is_whitespace() || "(),".contains(character);
    let words: Vec<_> = sql
        .split(separators)
        .filter(|word| !word.is_empty())
        .collect();
    let name = |word: &'sql str| word.trim_matches('"');
    let named = words
        .windows(3)
        .find(|words| words[1].eq_ignore_ascii_case("as") && name(words[2]) == alias);
    named.map(|words| name(words[0]))
}

async fn column(world: &World, sql: &str) -> Result<Vec<String>, DbErr> {
    let database = world.database();
    let statement = sea_orm::Statement::from_string(DatabaseBackend::Sqlite, sql);
    let rows = database.connection().query_all_raw(statement).await?;
    rows.iter().map(|row| row.try_get("", "text")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Backend, run};

    #[test]
    fn a_statement_without_an_index_is_found() {
        run(Backend::Sqlite, async |world: World| {
            let scans = async |sql: &str| {
                let statement = Statement {
                    backend: Backend::Sqlite,
                    sql: sql.to_owned(),
                    types: Vec::new(),
                    function: String::new(),
                    place: String::new(),
                };
                scans(&world, &statement).await.expect("it has a plan")
            };
            assert_eq!(scans("SELECT * FROM users WHERE id = ?").await, []);
            let found = scans("SELECT * FROM users WHERE display_name = ?").await;
            assert_eq!(found[0].table, "users");
            assert!(found[0].plan.contains("SCAN users"), "{found:?}");
            let aliased = r#"SELECT "u"."id" FROM "users" AS "u" WHERE "u"."display_name" = ?"#;
            let found = scans(aliased).await;
            assert!(found.len() == 1 && found[0].table == "users", "{found:?}");
        });
    }

    #[test]
    fn a_scan_without_an_index_is_told_from_others() {
        assert_eq!(scanned("SCAN tasks"), Some("tasks"));
        assert_eq!(scanned("SCAN tasks USING INDEX ix_tasks_id"), None);
        assert_eq!(scanned("SCAN tasks USING COVERING INDEX ix_tasks_id"), None);
        assert_eq!(scanned("SEARCH tasks USING INDEX ix_tasks_id (id=?)"), None);
    }
}
