//! Routes under `/users`, `/auth` and `/audit`, a file for each noun: each handler calls one service method
//! and answers.

mod api_keys;
mod audit_log;
mod sign_in;
mod users;

use ashlar_core::http::Route;

pub(crate) fn routes() -> Vec<Route> {
    [
        users::routes(),
        sign_in::routes(),
        api_keys::routes(),
        audit_log::routes(),
    ]
    .concat()
}
