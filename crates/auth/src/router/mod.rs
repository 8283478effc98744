//! Routes under `/users` and `/auth`, a file for each noun: each handler calls one service method
//! and answers.

mod emails;
mod passwords;
mod sign_in;
mod users;

use ashlar_core::http::Route;

pub(crate) fn routes() -> Vec<Route> {
    [
        users::routes(),
        sign_in::routes(),
        passwords::routes(),
        emails::routes(),
    ]
    .concat()
}
