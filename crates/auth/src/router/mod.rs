//! Routes under `/users` and `/auth`, a file for each noun: each handler calls one service method
//! and answers.

mod passkeys;
mod second_factor;
mod sign_in;
mod users;

use ashlar_core::http::Route;

pub(crate) fn routes() -> Vec<Route> {
    [
        users::routes(),
        passkeys::routes(),
        second_factor::routes(),
        sign_in::routes(),
    ]
    .concat()
}
