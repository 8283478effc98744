//! The columns that every table has, and the statements that keep them true, written once:
//! `id`, `version`, `created_at`, `updated_at`, `deleted_at`.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ConnectionTrait, DatabaseBackend, DbErr, EntityTrait,
    IntoActiveModel, ModelTrait, QueryFilter, Select, UpdateMany, Value,
    sea_query::{
        Condition, Expr, ExprTrait, LikeExpr,
        extension::postgres::{PgExpr, PgFunc},
    },
};
use uuid::Uuid;

use crate::valid::Change;

/// An entity whose rows are told apart by a column `id`, which is a UUID: what a list can be made
/// of. Every [`Record`] is one; other tables say so with `impl Keyed for Entity {}`.
pub trait Keyed: EntityTrait {
    /// The id, qualified by its table.
    fn id_expression() -> Expr {
        Expr::col((Self::default(), id_column::<Self>()))
    }

    /// The id of `row`.
    fn id(row: &Self::Model) -> Uuid {
        match row.get(id_column::<Self>()) {
            Value::Uuid(Some(id)) => id,
            other => unreachable!("an id is a UUID, not {other:?}"),
        }
    }
}

impl<E: Record> Keyed for E {}

fn id_column<E: EntityTrait>() -> E::Column {
    match E::Column::from_str("id") {
        Ok(column) => column,
        Err(_) => unreachable!("rows are told apart by the column id"),
    }
}

/// An entity with the standard columns. Implement it with nothing inside:
/// `impl Record for Entity {}`.
pub trait Record: EntityTrait {
    /// The column named `name`, one of the standard ones.
    fn standard(name: &'static str) -> Self::Column {
        match Self::Column::from_str(name) {
            Ok(column) => column,
            Err(_) => unreachable!("a record has the column {name}"),
        }
    }

    /// The rows that are not deleted.
    fn alive() -> Select<Self> {
        Self::find().filter(not_deleted::<Self>())
    }
}

fn not_deleted<E: Record>() -> Expr {
    Expr::col((E::default(), E::standard("deleted_at"))).is_null()
}

/// A new row's standard columns: version 1, made and changed `now`.
pub fn fresh<E>(id: impl Into<Value>, now: DateTime<Utc>) -> E::ActiveModel
where
    E: Record,
{
    let mut row = <E::ActiveModel as ActiveModelTrait>::default();
    row.set(E::standard("id"), id.into());
    row.set(E::standard("version"), 1_i64.into());
    row.set(E::standard("created_at"), now.into());
    row.set(E::standard("updated_at"), now.into());
    row.set(E::standard("deleted_at"), Value::ChronoDateTimeUtc(None));
    row
}

/// Writes a new row and answers it as it is stored.
///
/// As one of many, so that the statement is read to its end: SQLite commits only there, and of a
/// single row the driver reads no further than the row, and never learns that the disk was full.
///
/// # Errors
///
/// What the database says.
pub async fn insert<E>(
    connection: &impl ConnectionTrait,
    row: E::ActiveModel,
) -> Result<E::Model, DbErr>
where
    E: Record,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let rows = E::insert_many([row])
        .exec_with_returning(connection)
        .await?;
    rows.into_iter().next().ok_or(DbErr::RecordNotInserted)
}

/// The versions of a row that a change is meant for; by default any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected(Option<Vec<i64>>);

impl Expected {
    /// Whatever version is there.
    pub fn any() -> Self {
        Self(None)
    }

    /// One of these versions only.
    pub fn one_of(versions: Vec<i64>) -> Self {
        Self(Some(versions))
    }

    /// Whether a change to this version is meant.
    pub fn allows(&self, version: i64) -> bool {
        // By name: `ExprTrait`, which is in scope, gives every value a `contains` of SQL.
        self.0
            .as_deref()
            .is_none_or(|versions| <[i64]>::contains(versions, &version))
    }

    fn condition<E: Record>(&self) -> Condition {
        let all = Condition::all();
        match &self.0 {
            None => all,
            Some(versions) => {
                let version = Expr::col((E::default(), E::standard("version")));
                all.add(version.is_in(versions.iter().copied()))
            }
        }
    }
}

/// Writes `changes` to the row `id` if it is alive, at an expected version, and meets `condition`,
/// and makes it the next version, changed `now`: one statement. `None` when there was no such row.
///
/// # Errors
///
/// What the database says.
pub async fn update<E>(
    connection: &impl ConnectionTrait,
    id: impl Into<Value>,
    condition: Condition,
    expected: &Expected,
    changes: E::ActiveModel,
    now: DateTime<Utc>,
) -> Result<Option<E::Model>, DbErr>
where
    E: Record,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let statement = stamped(E::update_many().set(changes), now);
    let statement = narrowed(statement, id, condition, expected);
    Ok(statement.exec_with_returning(connection).await?.pop())
}

/// What a field of a PATCH does to its column.
pub fn set<T: Into<Value>>(change: Change<T>) -> ActiveValue<T> {
    match change {
        Change::Set(value) => ActiveValue::Set(value),
        Change::Keep => ActiveValue::NotSet,
    }
}

/// Marks the row `id` as deleted `now` if it is alive, at an expected version, and meets
/// `condition`. Whether there was such a row.
///
/// # Errors
///
/// What the database says.
pub async fn delete<E: Record>(
    connection: &impl ConnectionTrait,
    id: impl Into<Value>,
    condition: Condition,
    expected: &Expected,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let deleted_at = E::standard("deleted_at");
    let statement = stamped(E::update_many(), now).col_expr(deleted_at, Expr::value(now));
    let statement = narrowed(statement, id, condition, expected);
    Ok(statement.exec(connection).await?.rows_affected == 1)
}

/// Marks every living row that meets `condition` as deleted `now`; answers how many there were.
///
/// # Errors
///
/// What the database says.
pub async fn delete_all<E: Record>(
    connection: &impl ConnectionTrait,
    condition: Condition,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let deleted_at = E::standard("deleted_at");
    let statement = stamped(E::update_many(), now)
        .col_expr(deleted_at, Expr::value(now))
        .filter(not_deleted::<E>())
        .filter(condition);
    Ok(statement.exec(connection).await?.rows_affected)
}

fn stamped<E: Record>(statement: UpdateMany<E>, now: DateTime<Utc>) -> UpdateMany<E> {
    let version = E::standard("version");
    statement
        .col_expr(version, Expr::col(version).add(1))
        .col_expr(E::standard("updated_at"), Expr::value(now))
}

fn narrowed<E: Record>(
    statement: UpdateMany<E>,
    id: impl Into<Value>,
    condition: Condition,
    expected: &Expected,
) -> UpdateMany<E> {
    statement
        .filter(E::id_expression().eq(Expr::value(id)))
        .filter(not_deleted::<E>())
        .filter(expected.condition::<E>())
        .filter(condition)
}

/// The rows with these ids that are alive: one statement, whose text on PostgreSQL is the same for
/// any number of ids, so that it is prepared once.
///
/// # Errors
///
/// What the database says.
pub async fn find_by_ids<E>(
    connection: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<Vec<E::Model>, DbErr>
where
    E: Record,
{
    let id = E::id_expression();
    let wanted = match connection.get_database_backend() {
        DatabaseBackend::Postgres => id.eq(PgFunc::any(Expr::value(ids))),
        _ => id.is_in(ids),
    };
    E::alive().filter(wanted).all(connection).await
}

/// The rows whose `text` contains `part`, in whatever case (SQLite: of ASCII letters).
pub fn contains(text: Expr, part: &str, backend: DatabaseBackend) -> Expr {
    let mut pattern = String::with_capacity(part.len() + 2);
    pattern.push('%');
    for character in part.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    match backend {
        // A backslash escapes by default.
        DatabaseBackend::Postgres => text.ilike(pattern),
        _ => text.like(LikeExpr::new(pattern).escape('\\')),
    }
}
