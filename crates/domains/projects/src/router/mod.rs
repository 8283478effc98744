//! The routes: parse, call one service method, answer.

mod project;
mod task;

use ashlar_core::http::Route;

pub(crate) fn routes() -> impl Iterator<Item = Route> {
    project::routes().into_iter().chain(task::routes())
}
