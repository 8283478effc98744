//! What a client asks of a list.

use std::{
    fmt::{self, Write},
    future::{Ready, ready},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use garde::Validate;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{CursorKey, CursorValue};
use crate::{
    openapi::{Describe, Operation},
    problem::{Code, FieldError, Problem},
    valid::{Parameters, parse_filters},
};

const DEFAULT_LIMIT: u64 = 20;
const MAX_LIMIT: u64 = 100;
/// Far beyond any use, and far from overflowing when multiplied.
const MAX_PAGE: u64 = 1_000_000;
const MAX_OFFSET: u64 = 100_000_000;

/// A field that a list can be sorted by.
pub trait SortKey: Copy + PartialEq + fmt::Debug + 'static {
    /// Every field of the allow-list.
    const ALL: &'static [Self];
    /// The order when the client names none.
    const DEFAULT: (Self, Direction);

    /// The field's name in the query.
    fn name(self) -> &'static str;
}

/// Which end comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The smallest first.
    Ascending,
    /// The largest first.
    Descending,
}

/// A list's query: its filters `F`, and which page in which order of `S`.
#[derive(Debug)]
pub struct ListQuery<F, S> {
    /// The filters.
    pub filters: F,
    /// The page.
    pub page: PageRequest<S>,
}

/// Which page, in which order.
#[derive(Clone, Debug, PartialEq)]
pub struct PageRequest<S> {
    /// How many rows at most: 1 to 100.
    pub limit: u64,
    /// Where the page begins.
    pub position: Position,
    /// The sort keys, the most significant first; never empty.
    pub sort: Vec<(S, Direction)>,
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq)]
pub enum Position {
    /// At the first row.
    Start,
    /// Behind the row with these values of the sort keys, and this id.
    After(Vec<CursorValue>),
    /// After this many rows; the answer then tells the total.
    Offset(u64),
}

impl<S: SortKey> PageRequest<S> {
    /// The first `limit` rows in the order that is the default.
    pub fn first(limit: u64) -> Self {
        Self {
            limit,
            position: Position::Start,
            sort: vec![S::DEFAULT],
        }
    }

    /// The order as a text, to which cursors are bound.
    pub(crate) fn order(&self) -> String {
        order(&self.sort)
    }
}

impl<F, S> FromRequest for ListQuery<F, S>
where
    F: DeserializeOwned + Validate<Context = ()> + 'static,
    S: SortKey,
{
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request))
    }
}

impl<F: JsonSchema, S: SortKey> Describe for ListQuery<F, S> {
    fn describe(operation: &mut Operation<'_>) {
        operation.query_parameters::<F>();
        let names: Vec<String> = S::ALL
            .iter()
            .flat_map(|key| [key.name().to_owned(), format!("-{}", key.name())])
            .collect();
        let default = order(&[S::DEFAULT]);
        operation.list_parameter(
            "sort",
            &format!("Fields to sort by, `-` for descending; `{default}` by default"),
            &names,
        );
        let limit = json!({
            "type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT,
            "description": "How many at most",
        });
        let after = json!({
            "type": "string", "format": "cursor",
            "description": "The `next_cursor` of the page before; not together with `page` or `offset`",
        });
        let page = json!({
            "type": "integer", "minimum": 1, "maximum": MAX_PAGE,
            "description": "The page's number; not together with `after` or `offset`",
        });
        let offset = json!({
            "type": "integer", "minimum": 0, "maximum": MAX_OFFSET,
            "description": "How many to leave out; not together with `after` or `page`",
        });
        operation.query_parameter("limit", false, limit);
        operation.query_parameter("after", false, after);
        operation.query_parameter("page", false, page);
        operation.query_parameter("offset", false, offset);
        operation.fails(Code::ValidationError);
    }
}

fn parse<F, S>(request: &HttpRequest) -> Result<ListQuery<F, S>, Problem>
where
    F: DeserializeOwned + Validate<Context = ()>,
    S: SortKey,
{
    let mut errors = Vec::new();
    let mut parameters = Parameters::parse(request.query_string(), &mut errors);
    let mut number = |name: &'static str, range: std::ops::RangeInclusive<u64>| {
        let text = parameters.take(name)?;
        let number = text.parse().ok().filter(|number| range.contains(number));
        if number.is_none() {
            let rule = format!(
                "must be a whole number from {} to {}",
                range.start(),
                range.end()
            );
            errors.push(FieldError::new(name, rule).value(&text));
        }
        number
    };
    let limit = number("limit", 1..=MAX_LIMIT).unwrap_or(DEFAULT_LIMIT);
    let page = number("page", 1..=MAX_PAGE);
    let offset = number("offset", 0..=MAX_OFFSET);
    let sort = parse_sort(parameters.take("sort").as_deref(), &mut errors);
    let after = parameters.take("after");
    if [after.is_some(), page.is_some(), offset.is_some()]
        .iter()
        .filter(|given| **given)
        .count()
        > 1
    {
        let given = [
            ("after", after.is_some()),
            ("page", page.is_some()),
            ("offset", offset.is_some()),
        ];
        for (name, _) in given.iter().filter(|(_, given)| *given) {
            errors.push(FieldError::new(
                *name,
                "only one of after, page and offset may be given",
            ));
        }
    }
    let position = match (&after, page, offset) {
        (Some(cursor), ..) => open(request, &sort, cursor, &mut errors),
        (None, Some(page), _) => Position::Offset((page - 1) * limit),
        (None, None, Some(offset)) => Position::Offset(offset),
        (None, None, None) => Position::Start,
    };
    let filters = parse_filters(&parameters, errors)?;
    let page = PageRequest {
        limit,
        position,
        sort,
    };
    Ok(ListQuery { filters, page })
}

fn parse_sort<S: SortKey>(text: Option<&str>, errors: &mut Vec<FieldError>) -> Vec<(S, Direction)> {
    let mut sort: Vec<(S, Direction)> = Vec::new();
    for item in text
        .unwrap_or_default()
        .split(',')
        .filter(|item| !item.is_empty())
    {
        let (name, direction) = match item.strip_prefix('-') {
            Some(name) => (name, Direction::Descending),
            None => (item, Direction::Ascending),
        };
        match S::ALL.iter().find(|key| key.name() == name) {
            // Ordering by the same field again changes nothing.
            Some(key) if sort.iter().any(|(known, _)| known == key) => {}
            Some(key) => sort.push((*key, direction)),
            None => {
                let names: Vec<&str> = S::ALL.iter().map(|key| key.name()).collect();
                let rule = format!("can be sorted by {} only", names.join(", "));
                errors.push(FieldError::new("sort", rule).value(item));
            }
        }
    }
    if sort.is_empty() {
        sort.push(S::DEFAULT);
    }
    sort
}

fn open<S: SortKey>(
    request: &HttpRequest,
    sort: &[(S, Direction)],
    cursor: &str,
    errors: &mut Vec<FieldError>,
) -> Position {
    let key = request.app_data::<CursorKey>();
    let context = [request.path(), &order(sort)];
    match key.and_then(|key| key.open(&context, cursor)) {
        Some(values) => Position::After(values),
        None => {
            errors.push(FieldError::new("after", "is not a cursor of this list").value(cursor));
            Position::Start
        }
    }
}

fn order<S: SortKey>(sort: &[(S, Direction)]) -> String {
    let mut text = String::new();
    for (index, (key, direction)) in sort.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        let sign = if *direction == Direction::Descending {
            "-"
        } else {
            ""
        };
        // Writing to a String does not fail.
        let _ = write!(text, "{comma}{sign}{}", key.name());
    }
    text
}
