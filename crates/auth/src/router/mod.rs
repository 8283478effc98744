//! Routes under `/users` and `/auth`, a file for each noun: each handler calls one service method
//! and answers.

pub(crate) mod keys;
mod roles;
mod sign_in;
mod users;

use ashlar_core::http::Route;

pub(crate) fn routes() -> Vec<Route> {
    [users::routes(), roles::routes(), sign_in::routes()].concat()
}
