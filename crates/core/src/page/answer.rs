//! What a list answers.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use schemars::JsonSchema;
use serde::Serialize;

use super::{CursorKey, CursorValue};
use crate::{
    http::{Answer, write},
    openapi::{Describe, Operation},
    problem::Problem,
};

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub data: Vec<T>,
    /// How many rows were asked for.
    pub limit: u64,
    /// How many there are in all; counted only when asked by page or offset.
    pub total: Option<u64>,
    pub(super) next: Option<Vec<CursorValue>>,
    pub(super) order: String,
}

/// Where a page stands in its list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Pagination {
    /// Whether more follows.
    has_next: bool,
    /// What to send as `after` for the next page.
    next_cursor: Option<String>,
    /// How many were asked for.
    #[schemars(range(min = 1, max = 100))]
    limit: u64,
    /// How many there are in all; only with `page` or `offset`.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "{T}List")]
struct PageBody<T> {
    /// The page.
    data: Vec<T>,
    /// Where it stands in the list.
    pagination: Pagination,
}

impl<T> Page<T> {
    /// The page with each row as something else.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            data: self.data.into_iter().map(change).collect(),
            limit: self.limit,
            total: self.total,
            next: self.next,
            order: self.order,
        }
    }
}

impl<T: Serialize + JsonSchema> Answer for Page<T> {
    fn answer(self, request: &HttpRequest) -> HttpResponse {
        let Some(key) = request.app_data::<CursorKey>() else {
            return HttpResponse::from_error(Problem::unexpected("no cursor key is set"));
        };
        let context = [request.path(), &self.order];
        let next_cursor = self.next.map(|values| key.seal(&context, &values));
        let body = PageBody {
            data: self.data,
            pagination: Pagination {
                has_next: next_cursor.is_some(),
                next_cursor,
                limit: self.limit,
                total: self.total,
            },
        };
        write(request, StatusCode::OK, &body)
    }
}

impl<T: JsonSchema> Describe for Page<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<PageBody<T>>(StatusCode::OK, "OK");
    }
}
