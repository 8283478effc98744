//! Routes under `/users`, `/auth` and `/audit`, a file for each noun: each handler calls one service method
//! and answers.

mod api_keys;
mod audit_log;
mod cookies;
mod emails;
pub(crate) mod keys;
mod oauth;
mod passkeys;
mod passwords;
mod roles;
mod second_factor;
mod sessions;
mod sign_in;
mod users;

use ashlar_core::http::Route;

pub(crate) use oauth::Secured;

pub(crate) fn routes() -> Vec<Route> {
    [
        users::routes(),
        roles::routes(),
        sign_in::routes(),
        oauth::routes(),
        sessions::routes(),
        passwords::routes(),
        emails::routes(),
        second_factor::routes(),
        passkeys::routes(),
        api_keys::routes(),
        audit_log::routes(),
    ]
    .concat()
}
