//! One test, two databases.

use std::panic::{AssertUnwindSafe, resume_unwind};

use actix_web::rt::System;
use futures_util::FutureExt;
use serde::{Deserialize, Serialize};

use crate::World;

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// A file of its own.
    Sqlite,
    /// A database of its own on the server that `TEST_DATABASE_URL` names.
    Postgres,
}

/// Makes each of the functions two tests: `<name>::sqlite` and `<name>::postgres`.
///
/// ```
/// use ashlar_testkit::{World, on_each_database};
///
/// on_each_database! {
///     /// A clock stands still until it is turned.
///     async fn the_clock_stands_still(world: World) {
///         assert_eq!(world.clock().now(), world.clock().now());
///     }
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! on_each_database {
    ($($(#[$attribute:meta])* async fn $name:ident($world:ident: $type:ty) $body:block)+) => {$(
        $(#[$attribute])*
        async fn $name($world: $type) $body

        // Functions and modules do not share a namespace, so both may have the test's name.
        mod $name {
            #[test]
            fn sqlite() {
                $crate::run($crate::Backend::Sqlite, super::$name);
            }

            #[test]
            fn postgres() {
                $crate::run($crate::Backend::Postgres, super::$name);
            }
        }
    )+};
}

/// Runs `test` in a world of its own, which is gone afterwards, also when the test panics.
pub fn run<F: Future<Output = ()>>(backend: Backend, test: impl FnOnce(World) -> F) {
    System::new().block_on(async {
        let world = World::open(backend).await;
        // On the heap: what a long test holds on to would not fit a thread's stack.
        let work = Box::pin(test(world.clone()));
        let outcome = AssertUnwindSafe(work).catch_unwind().await;
        world.close().await;
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
    });
}
