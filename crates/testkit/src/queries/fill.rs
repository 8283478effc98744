//! Many rows for every table, made from what PostgreSQL knows of the tables: no table is listed
//! here, so a new one is filled too.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, postgres::PgRow};

/// How many rows a table gets. Not more than `ANALYZE` samples: so statistics, and with them the
/// plans, are the same at each run.
pub(super) const ROWS: u32 = 20_000;

/// How many rows share a value that need not be unique: an owner's projects, say.
const SHARE: u32 = 10;

/// A column as the catalogue describes it.
#[derive(Debug, Clone)]
struct Column {
    table_name: String,
    name: String,
    /// Without its length: `character varying`.
    kind: String,
    /// Of text, at most.
    length: Option<i32>,
    nullable: bool,
    /// Whether a unique index tells rows apart by it.
    distinct: bool,
    /// The column it refers to: `projects.id`.
    target: Option<String>,
    /// The definitions of the constraints that look at it.
    checks: String,
    /// The values of its type, when that is an enumeration.
    labels: Option<Vec<String>>,
}

impl Column {
    fn read(row: &PgRow) -> Self {
        Self {
            table_name: row.get("table_name"),
            name: row.get("name"),
            kind: row.get("kind"),
            length: row.get("length"),
            nullable: row.get("nullable"),
            distinct: row.get("distinct"),
            target: row.get("target"),
            checks: row.get("checks"),
            labels: row.get("labels"),
        }
    }
}

const COLUMNS: &str = "
select c.relname::text as table_name, a.attname::text as name,
    format_type(a.atttypid, null) as kind,
    case when t.typname in ('varchar', 'bpchar') and a.atttypmod > 4 then a.atttypmod - 4 end as length,
    not a.attnotnull as nullable,
    exists (
        select from pg_index i where i.indrelid = c.oid and i.indisunique and (
            i.indkey[i.indnkeyatts - 1] = a.attnum or i.indexprs is not null and exists (
                select from pg_depend d where d.objid = i.indexrelid
                and d.refobjid = c.oid and d.refobjsubid = a.attnum))
    ) as distinct,
    (
        select f.confrelid::regclass || '.' || r.attname
        from pg_constraint f join pg_attribute r on r.attrelid = f.confrelid and r.attnum = f.confkey[1]
        where f.contype = 'f' and f.conrelid = c.oid and f.conkey[1] = a.attnum limit 1
    ) as target,
    coalesce((
        select string_agg(pg_get_constraintdef(k.oid), ' ') from pg_constraint k
        where k.contype = 'c' and k.conrelid = c.oid and k.conkey = array[a.attnum]
    ), '') as checks,
    (select array_agg(e.enumlabel::text order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid)
        as labels
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    and a.attgenerated = '' and a.attidentity <> 'a'
order by c.relname, a.attnum";

const FOREIGN_KEYS: &str = "
select format('alter table %s drop constraint %I', conrelid::regclass, conname)
from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace";

/// Puts `rows` rows into each table, for which its own are removed, and has the planner look at
/// them. Foreign keys go, so that tables are filled in any order; what refers to other tables'
/// rows refers to ones that there are.
///
/// # Panics
/// When a table cannot be filled: it has a type or a constraint that nothing here knows yet.
pub(super) async fn fill(connection: &mut PgConnection, rows: u32) {
    let columns = connection.fetch_all(COLUMNS).await.unwrap();
    let columns: Vec<Column> = columns.iter().map(Column::read).collect();
    let unbound: Vec<String> = sqlx::query_scalar(FOREIGN_KEYS)
        .fetch_all(&mut *connection)
        .await
        .unwrap();
    let mut transaction = connection.begin().await.unwrap();
    for statement in unbound {
        transaction.execute(AssertSqlSafe(statement)).await.unwrap();
    }
    for columns in columns.chunk_by(|one, other| one.table_name == other.table_name) {
        let statement = insert(columns, rows);
        let outcome = transaction.execute(AssertSqlSafe(statement.clone())).await;
        outcome.unwrap_or_else(|error| {
            panic!(
                "the table {} cannot be filled: {error}\n{statement}\nteach \
                 crates/testkit/src/queries/fill.rs what its columns may hold",
                columns[0].table_name
            )
        });
    }
    transaction.commit().await.unwrap();
    connection.execute("analyze").await.unwrap();
}

/// Adds rows to a table; those that migrations put there may stay.
fn insert(columns: &[Column], rows: u32) -> String {
    let names: Vec<String> = columns.iter().map(|one| quoted(&one.name)).collect();
    let values: Vec<String> = columns.iter().map(value).collect();
    format!(
        "insert into {} ({}) select {} from generate_series(1, {rows}) as n on conflict do nothing",
        quoted(&columns[0].table_name),
        names.join(", "),
        values.join(", ")
    )
}

/// The expression of a column's value in row `n`.
fn value(column: &Column) -> String {
    let value = format!("({})::{}", plain(column), column.kind);
    match column.nullable {
        // Half of them, in no step with other columns.
        true if !column.distinct => format!("case when n % 2 = 0 then {value} end"),
        _ => value,
    }
}

fn plain(column: &Column) -> String {
    let number = match column.distinct {
        true => "n".to_owned(),
        false => format!("(1 + (n - 1) / {SHARE})"),
    };
    let allowed = column
        .labels
        .clone()
        .unwrap_or_else(|| literals(&column.checks));
    if !allowed.is_empty() {
        return chosen(&allowed, &column.kind);
    }
    if let Some((low, high)) = bounds(&column.checks).filter(|_| !column.distinct) {
        return format!("{low} + n % {}", high - low + 1);
    }
    let own = format!("{}.{}", column.table_name, column.name);
    match &*column.kind {
        "uuid" => {
            let space = column.target.as_ref().unwrap_or(&own);
            format!("md5('{space}.' || {number})")
        }
        "boolean" => "n % 2 = 0".to_owned(),
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => number,
        "timestamp with time zone" | "timestamp without time zone" => {
            "timestamp '2026-01-01' + n * interval '1 minute'".to_owned()
        }
        "date" => format!("date '2026-01-01' + {number}::integer"),
        "time without time zone" => "time '00:00' + n * interval '1 second'".to_owned(),
        "interval" => "n * interval '1 second'".to_owned(),
        "json" | "jsonb" => "'{}'".to_owned(),
        "bytea" => format!("decode(md5('{own}.' || {number}), 'hex')"),
        "inet" => "inet '10.0.0.0' + n".to_owned(),
        kind if kind.ends_with("[]") => "'{}'".to_owned(),
        // Whatever else there is can be read from text, or is not known here.
        _ => match column.length {
            Some(length) => format!("left('v' || {number}, {length})"),
            None => format!("'v' || {number}"),
        },
    }
}

/// One of these, in turn.
fn chosen(allowed: &[String], kind: &str) -> String {
    let list: Vec<String> = allowed
        .iter()
        .map(|one| format!("'{}'", one.replace('\'', "''")))
        .collect();
    let (list, count) = (list.join(", "), allowed.len());
    format!("(array[{list}]::{kind}[])[1 + n % {count}]")
}

/// The texts that constraints list: `CHECK (status = ANY (ARRAY['todo'::text, …]))`.
fn literals(checks: &str) -> Vec<String> {
    let texts = checks.split('\'').skip(1).step_by(2);
    texts.map(str::to_owned).collect()
}

/// The least and the greatest number that constraints name: `CHECK (priority >= 1 AND …)`.
fn bounds(checks: &str) -> Option<(i64, i64)> {
    let words = checks.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
    let numbers: Vec<i64> = words.filter_map(|word| word.parse().ok()).collect();
    Some((*numbers.iter().min()?, *numbers.iter().max()?))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_tell_what_may_be_there() {
        let status = "CHECK (((status)::text = ANY ((ARRAY['todo'::character varying, \
                      'done'::character varying])::text[])))";
        assert_eq!(literals(status), ["todo", "done"]);
        assert_eq!(
            bounds("CHECK (((priority >= 1) AND (priority <= 4)))"),
            Some((1, 4))
        );
        assert_eq!(bounds(""), None);
    }

    #[test]
    fn what_is_no_key_is_shared_by_some_rows() {
        let column = Column {
            table_name: "projects".into(),
            name: "owner_id".into(),
            kind: "uuid".into(),
            length: None,
            nullable: false,
            distinct: false,
            target: Some("users.id".into()),
            checks: String::new(),
            labels: None,
        };
        let expected = "(md5('users.id.' || (1 + (n - 1) / 10)))::uuid";
        assert_eq!(value(&column), expected);
    }
}
