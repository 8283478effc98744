//! Routes under `/users` and `/auth`, a file for each noun: each handler calls one service method
//! and answers.

mod oauth;
mod sign_in;
mod users;

use ashlar_core::http::Route;

pub(crate) use oauth::Secured;

pub(crate) fn routes() -> Vec<Route> {
    [users::routes(), oauth::routes(), sign_in::routes()].concat()
}
