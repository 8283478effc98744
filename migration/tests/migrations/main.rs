//! Every migration, on both databases: reversible, once only, all or nothing.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod abandoned;
mod alter;
mod binary;
mod concurrent;
mod database;
mod failure;
mod fresh;
mod killed;
mod passwords;
mod rebuild;
mod reversible;
mod rows;
mod schema;
mod search_path;
mod status;

/// Runs each named test on a SQLite file and on a PostgreSQL database of its own.
macro_rules! on_both_databases {
    ($($test:ident),+ $(,)?) => {
        $(mod $test {
            #[tokio::test]
            async fn sqlite() {
                let scratch = crate::database::Scratch::sqlite();
                super::$test(&scratch).await;
                scratch.remove().await;
            }

            #[tokio::test]
            async fn postgres() {
                let scratch = crate::database::Scratch::postgres().await;
                super::$test(&scratch).await;
                scratch.remove().await;
            }
        })+
    };
}
use on_both_databases;
