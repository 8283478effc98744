//! What PostgreSQL would do for a statement, and whether that gets slower with every row.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

use super::{Scan, Statement};

/// Asks a database for plans.
#[derive(Debug)]
pub struct Planner {
    connection: PgConnection,
    /// The indexes that hold few of their table's rows, however many there are.
    narrow: BTreeSet<String>,
    /// What each index begins with. A condition on what comes later only is looked for in all of it.
    first: BTreeMap<String, String>,
    /// Columns with ids: `posts.author_id`.
    ids: BTreeSet<String>,
}

/// Indexes over the rows in one state, say. Those over what is there or not there hold many: rows
/// that are not deleted are nearly all.
const NARROW: &str = "select indexrelid::regclass::text from pg_index \
                      where pg_get_expr(indpred, indrelid) like '% = %'";

const FIRST: &str =
    "select indexrelid::regclass::text, pg_get_indexdef(indexrelid, 1, false) from pg_index";

const IDS: &str = "select attrelid::regclass || '.' || attname from pg_attribute \
                   join pg_class on pg_class.oid = attrelid and relkind = 'r' \
                   where atttypid = 'uuid'::regtype";

impl Planner {
    /// A planner of the database at `url`, whose tables are [filled](Planner::fill).
    ///
    /// # Panics
    /// When the database cannot be used.
    pub async fn open(url: &str) -> Self {
        let mut connection = PgConnection::connect(url).await.unwrap();
        // A plan that does for all values: none are known here.
        let generic = "set plan_cache_mode = force_generic_plan";
        connection.execute(generic).await.unwrap();
        Self {
            narrow: names(&mut connection, NARROW).await,
            first: pairs(&mut connection, FIRST).await,
            ids: names(&mut connection, IDS).await,
            connection,
        }
    }

    /// Fills the tables.
    ///
    /// # Panics
    /// When one cannot be filled.
    pub async fn fill(&mut self, rows: u32) {
        super::fill::fill(&mut self.connection, rows).await;
    }

    /// Runs a statement, as a test that changes the schema does.
    ///
    /// # Panics
    /// When the database refuses it.
    pub async fn execute(&mut self, statement: &'static str) {
        self.connection.execute(statement).await.unwrap();
    }

    /// The tables that `statement` reads from end to end, with the plan.
    ///
    /// A plan is made for values that are not known, so it may read a table because most values
    /// could be meant where each query means few. Therefore a table that is read by index once that is made to
    /// look cheaper is fine: there is an index for it.
    ///
    /// # Errors
    ///
    /// What PostgreSQL says when it cannot plan the statement.
    pub async fn scans(&mut self, statement: &Statement) -> Result<Vec<Scan>, sqlx::Error> {
        let mut found = self.found(statement).await?;
        if found.is_empty() {
            return Ok(found);
        }
        self.connection.execute("set enable_seqscan = off").await?;
        let with_indexes = self.found(statement).await;
        self.connection.execute("reset enable_seqscan").await?;
        let with_indexes = with_indexes?;
        found.retain(|scan| with_indexes.iter().any(|other| other.table == scan.table));
        if !found.is_empty() {
            let plan = self.explain("costs off", statement).await?;
            found.iter_mut().for_each(|scan| scan.plan = plan.clone());
        }
        Ok(found)
    }

    async fn found(&mut self, statement: &Statement) -> Result<Vec<Scan>, sqlx::Error> {
        let plan = self.explain("format json", statement).await?;
        let plan: Value = serde_json::from_str(&plan).unwrap();
        let mut found = Vec::new();
        self.walk(&plan[0]["Plan"], false, &mut found);
        found.dedup_by(|one, other| one.table == other.table);
        Ok(found)
    }

    /// The plan, made anew: one that was made before is kept, whatever was set since.
    async fn explain(&mut self, how: &str, statement: &Statement) -> Result<String, sqlx::Error> {
        let (types, values) = match &*statement.types {
            [] => (String::new(), String::new()),
            types => (
                format!(" ({})", types.join(", ")),
                format!(" ({})", vec!["null"; types.len()].join(", ")),
            ),
        };
        let prepare = format!("prepare asked{types} as {}", with_limits(&statement.sql));
        self.connection.execute(AssertSqlSafe(prepare)).await?;
        let explain = format!("explain ({how}) execute asked{values}");
        let rows = self.connection.fetch_all(AssertSqlSafe(explain)).await;
        self.connection.execute("deallocate asked").await?;
        let lines: Vec<String> = rows?.iter().map(|row| row.get_unchecked(0)).collect();
        Ok(lines.join("\n"))
    }

    /// `ends_early`: who asks this node for rows stops when it has enough.
    fn walk(&self, node: &Value, ends_early: bool, found: &mut Vec<Scan>) {
        let text = |key: &str| node[key].as_str().unwrap_or_default();
        let kind = text("Node Type");
        if let Some(table) = node["Relation Name"].as_str() {
            let what = match kind {
                "Seq Scan" => Some("reads every row"),
                "Index Scan" | "Index Only Scan" => self.index_walk(table, node, ends_early),
                "Bitmap Heap Scan" if !self.is_bounded(&node["Plans"][0]) => Some(WHOLE_INDEX),
                _ => None,
            };
            found.extend(what.map(|what| Scan::new(table, what)));
        }
        for child in node["Plans"].as_array().into_iter().flatten() {
            let is_pulled = child["Parent Relationship"] == "Outer"
                || child["Parent Relationship"] == "Subquery";
            let child_ends = kind == "Limit" || (ends_early && PASSES_ON.contains(&kind));
            self.walk(child, is_pulled && child_ends, found);
        }
    }

    /// Whether an index is read in part only, or has little in it.
    fn is_bounded(&self, node: &Value) -> bool {
        let text = |key: &str| node[key].as_str().unwrap_or_default();
        let parts = node["Plans"].as_array().map_or(&[][..], Vec::as_slice);
        match text("Node Type") {
            "BitmapAnd" => parts.iter().any(|part| self.is_bounded(part)),
            "BitmapOr" => parts.iter().all(|part| self.is_bounded(part)),
            _ => {
                let index = text("Index Name");
                let begins_with = self.first.get(index).map_or("", String::as_str);
                self.narrow.contains(index) || mentions(text("Index Cond"), begins_with)
            }
        }
    }

    /// What is wrong with a walk through an index, if anything is.
    fn index_walk(&self, table: &str, node: &Value, ends_early: bool) -> Option<&'static str> {
        let text = |key: &str| node[key].as_str().unwrap_or_default();
        if self.is_bounded(node) {
            return None;
        }
        if !ends_early {
            return Some(WHOLE_INDEX);
        }
        // Where something else does as well, few rows with the id do not mean a long search.
        let filter = text("Filter");
        let by_id = !filter.contains(" OR ")
            && compared(filter).any(|column| self.ids.contains(&format!("{table}.{column}")));
        by_id.then_some("walks through an index in search of an id that this does not begin with")
    }
}

const WHOLE_INDEX: &str = "reads a whole index";

/// What hands rows on one by one.
const PASSES_ON: [&str; 8] = [
    "LockRows",
    "Result",
    "Subquery Scan",
    "Nested Loop",
    "ModifyTable",
    "Unique",
    "Incremental Sort",
    "Memoize",
];

/// The statement with a number for each limit that is a parameter: for that PostgreSQL would take a
/// tenth of the table, which it knows better whenever it is asked.
fn with_limits(sql: &str) -> String {
    let mut parts = sql.split(" LIMIT $");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, rest| {
        text + " LIMIT 100" + rest.trim_start_matches(|c: char| c.is_ascii_digit())
    })
}

/// Whether `condition` is about `key` of the index's own table: `(owner_id = $1)` is not about `id`.
fn mentions(condition: &str, key: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    !key.is_empty()
        && condition.match_indices(key).any(|(at, _)| {
            let after = condition[at + key.len()..].chars().next();
            let before = condition[..at].chars().next_back();
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
}

/// The columns that a filter compares with a parameter: `((author_id = $1) AND …)`.
fn compared(filter: &str) -> impl Iterator<Item = &str> {
    let comparison = |part: &'_ str| part.split_once(" = $").map(|(column, _)| column.len());
    filter.split('(').filter_map(move |part| {
        let column = &part[..comparison(part)?];
        let name = column.rsplit_once('.').map_or(column, |(_, name)| name);
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        is_name.then_some(name)
    })
}

async fn pairs(connection: &mut PgConnection, sql: &'static str) -> BTreeMap<String, String> {
    let pairs: Vec<(String, String)> = sqlx::query_as(sql).fetch_all(connection).await.unwrap();
    pairs.into_iter().collect()
}

async fn names(connection: &mut PgConnection, sql: &'static str) -> BTreeSet<String> {
    let names: Vec<String> = sqlx::query_scalar(sql).fetch_all(connection).await.unwrap();
    names.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::{compared, mentions, with_limits};

    #[test]
    fn a_limit_is_a_number() {
        let sql = "DELETE FROM t WHERE id IN (SELECT id FROM t WHERE a < $1 LIMIT $2) AND b = $3";
        let expected =
            "DELETE FROM t WHERE id IN (SELECT id FROM t WHERE a < $1 LIMIT 100) AND b = $3";
        assert_eq!(with_limits(sql), expected);
        assert_eq!(with_limits("SELECT a LIMIT 3"), "SELECT a LIMIT 3");
    }

    #[test]
    fn a_condition_is_about_what_it_names_and_nothing_that_ends_like_it() {
        assert!(mentions("((owner_id = $1) AND (id > $2))", "id"));
        assert!(mentions(
            "(lower((name)::text) = $1)",
            "lower((name)::text)"
        ));
        assert!(!mentions("(owner_id = $1)", "id"));
        assert!(!mentions("(project_id = projects.id)", "id"));
        assert!(!mentions("", ""));
    }

    #[test]
    fn a_filter_tells_what_it_compares() {
        let filter = "((deleted_at IS NULL) AND (author_id = $1) AND (posts.id = $2))";
        assert_eq!(compared(filter).collect::<Vec<_>>(), ["author_id", "id"]);
        assert_eq!(compared("(lower(name) = $1)").count(), 0);
        assert_eq!(compared("").count(), 0);
    }
}
