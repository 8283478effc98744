//! The testkit, tested with itself, on a domain small enough to lie about.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod notes;

mod certificates;
mod checks;
mod clients;
mod databases;
mod queries;
mod worlds;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

/// What `test` panics with.
async fn panic_of(test: impl Future<Output = ()>) -> String {
    let panic = AssertUnwindSafe(test).catch_unwind().await;
    let panic = panic.expect_err("it was to panic");
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap()
}
