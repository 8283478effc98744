//! Routes under `/users` and `/auth`, a file for each noun: each handler calls one service method
//! and answers.

mod cookies;
pub(crate) mod keys;
mod roles;
mod sessions;
mod sign_in;
mod users;

use ashlar_core::http::Route;

pub(crate) fn routes() -> Vec<Route> {
    [
        users::routes(),
        roles::routes(),
        sessions::routes(),
        sign_in::routes(),
    ]
    .concat()
}
