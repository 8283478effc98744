//! A page's query: keyset conditions, one row more than asked for, and the count where it is due.

use sea_orm::{
    ConnectionTrait, DatabaseBackend, DbErr, EntityTrait, Order, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select, Statement, Value, Values,
    sea_query::{Condition, Expr, ExprTrait},
};

use super::{CursorValue, Direction, Page, PageRequest, Position, SortKey};
use crate::record::Keyed;

/// How the rows of `E` are sorted by a key: the database's side of a [`SortKey`].
///
/// The expression is never null: a nullable column is wrapped in `COALESCE`, and an index serves it.
pub trait SortBy<E: EntityTrait>: SortKey {
    /// What to order by.
    fn expression(self) -> Expr;

    /// The value of [`SortBy::expression`] in `row`.
    fn value(self, row: &E::Model) -> CursorValue;
}

/// The page of `rows` that `page` asks for. One statement, two when the total is asked for.
///
/// # Errors
///
/// What the database says.
pub async fn fetch<E, S>(
    connection: &impl ConnectionTrait,
    rows: Select<E>,
    page: &PageRequest<S>,
) -> Result<Page<E::Model>, DbErr>
where
    E: Keyed,
    E::Model: Send + Sync,
    S: SortBy<E>,
{
    let total = match page.position {
        Position::Offset(_) => Some(rows.clone().count(connection).await?),
        Position::Start | Position::After(_) => None,
    };
    let mut query = rows.limit(page.limit + 1);
    match &page.position {
        Position::Start => {}
        Position::Offset(offset) => query = query.offset(*offset),
        Position::After(values) => query = query.filter(behind::<E, S>(&page.sort, values)),
    }
    for (key, direction) in &page.sort {
        query = query.order_by(key.expression(), order(*direction));
    }
    query = query.order_by(E::id_expression(), order(last_direction(&page.sort)));
    let statement = with_literal_limit(query.build(connection.get_database_backend()));
    let mut data = E::find().from_raw_sql(statement).all(connection).await?;
    let more = data.len() as u64 > page.limit;
    data.truncate(usize::try_from(page.limit).unwrap_or(usize::MAX));
    let next = data
        .last()
        .filter(|_| more)
        .map(|row| position_of::<E, S>(&page.sort, row));
    Ok(Page {
        data,
        limit: page.limit,
        total,
        next,
        order: page.order(),
    })
}

/// The limit as a literal: PostgreSQL takes a parameter there for a tenth of the table, finds every
/// prepared plan too dear, and plans each execution anew. There are a hundred limits at most.
fn with_literal_limit(mut statement: Statement) -> Statement {
    if statement.db_backend != DatabaseBackend::Postgres {
        return statement;
    }
    let Some(Values(values)) = &mut statement.values else {
        return statement;
    };
    let placeholder = format!(" LIMIT ${}", values.len());
    if let Some(text) = statement.sql.strip_suffix(&placeholder)
        && let Some(Value::BigUnsigned(Some(limit))) = values.last().cloned()
    {
        statement.sql = format!("{text} LIMIT {limit}");
        values.pop();
    }
    statement
}

/// Ties are broken by id, in the direction of the last key, so that a list sorted one way
/// throughout is one range of its index.
fn last_direction<S>(sort: &[(S, Direction)]) -> Direction {
    sort.last()
        .map_or(Direction::Ascending, |(_, direction)| *direction)
}

fn order(direction: Direction) -> Order {
    match direction {
        Direction::Ascending => Order::Asc,
        Direction::Descending => Order::Desc,
    }
}

fn position_of<E: Keyed, S: SortBy<E>>(
    sort: &[(S, Direction)],
    row: &E::Model,
) -> Vec<CursorValue> {
    sort.iter()
        .map(|(key, _)| key.value(row))
        .chain([CursorValue::Id(E::id(row))])
        .collect()
}

/// The rows that come after `values`.
fn behind<E: Keyed, S: SortBy<E>>(sort: &[(S, Direction)], values: &[CursorValue]) -> Condition {
    let tie_break = (E::id_expression(), last_direction(sort));
    let keys: Vec<(Expr, Direction, Expr)> = sort
        .iter()
        .map(|(key, direction)| (key.expression(), *direction))
        .chain([tie_break])
        .zip(values)
        .map(|((key, direction), value)| (key, direction, Expr::value(value.clone())))
        .collect();
    let first = keys
        .first()
        .map_or(Direction::Ascending, |(_, direction, _)| *direction);
    if keys.iter().all(|(_, direction, _)| *direction == first) {
        return Condition::all().add(row_comparison(&keys, first));
    }
    expanded(&keys)
}

/// `(a, b, id) < (x, y, z)`: one range of an index.
fn row_comparison(keys: &[(Expr, Direction, Expr)], direction: Direction) -> Expr {
    let row = Expr::tuple(keys.iter().map(|(key, ..)| key.clone()));
    let values = Expr::tuple(keys.iter().map(|(.., value)| value.clone()));
    beyond(row, direction, values)
}

/// `a <= x AND (a < x OR (a = x AND b > y) OR …)` for mixed directions: the first part, which the
/// rest implies, lets an index on `a` find the beginning.
fn expanded(keys: &[(Expr, Direction, Expr)]) -> Condition {
    let mut any = Condition::any();
    for (index, (key, direction, value)) in keys.iter().enumerate() {
        let mut all = Condition::all();
        for (equal, _, to) in &keys[..index] {
            all = all.add(equal.clone().eq(to.clone()));
        }
        any = any.add(all.add(beyond(key.clone(), *direction, value.clone())));
    }
    let mut condition = Condition::all();
    if let Some((key, direction, value)) = keys.first() {
        condition = condition.add(match direction {
            Direction::Ascending => key.clone().gte(value.clone()),
            Direction::Descending => key.clone().lte(value.clone()),
        });
    }
    condition.add(any)
}

fn beyond(key: Expr, direction: Direction, value: Expr) -> Expr {
    match direction {
        Direction::Ascending => key.gt(value),
        Direction::Descending => key.lt(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_at_the_end_becomes_a_literal() {
        let statement = |backend, sql: &str| {
            let values: [Value; 2] = [7_i64.into(), 21_u64.into()];
            with_literal_limit(Statement::from_sql_and_values(backend, sql, values))
        };
        let listed = statement(DatabaseBackend::Postgres, "SELECT a WHERE b = $1 LIMIT $2");
        assert_eq!(listed.sql, "SELECT a WHERE b = $1 LIMIT 21");
        assert_eq!(listed.values.map(|values| values.0.len()), Some(1));
        let other = statement(DatabaseBackend::Sqlite, "SELECT a WHERE b = ? LIMIT ?");
        assert_eq!(other.sql, "SELECT a WHERE b = ? LIMIT ?");
    }
}
